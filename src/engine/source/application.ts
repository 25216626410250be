import type { CallOptions } from "../../otp/invoke.js";
import { encodeApp } from "../../release/encode.js";
import { decodeScript } from "../../release/script.js";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { nil } from "../../terms/term.js";
import { findAppupEntry } from "../../upgrade/appup-entry.js";
import { withExpectedVsns } from "../../upgrade/old-vsns.js";
import { translateScripts } from "../../upgrade/translate.js";
import type { PreparedUpgrade } from "../prepared.js";
import { readApplicationDirectory, type ApplicationDirectory } from "./application-directory.js";
import { namedVersions, noUpgradePath } from "./no-upgrade-path.js";
import { liveCode, type NodeCode } from "./node-code.js";

/**
 * Reads the upgrade of a single application to the version in `directory`, as `release_handler:upgrade_app/2` does, or
 * `downgrade_app/2` where only the running version's appup knows the way. The old version is what the node runs.
 * @param directory of the application on the node, with its code in `ebin`
 * @throws ProblemError when the directory holds no application, it isn't running, or no appup entry leads there
 */
export async function readApplicationUpgrade(
  target: Target,
  directory: string,
  options: CallOptions = {},
): Promise<PreparedUpgrade> {
  return await readApplicationUpgradeOf(liveCode(target, options), directory);
}

/** As {@link readApplicationUpgrade}, for a node that is known by its code: itself, or by a snapshot. */
export async function readApplicationUpgradeOf(node: NodeCode, directory: string): Promise<PreparedUpgrade> {
  const { files } = node;
  const next = await readApplicationDirectory(files, directory);
  const { name, vsn: to } = next.app.record;
  const from = await runningVersion(node, name);
  const runningDirectory = await node.libDir(name);
  const previous = runningDirectory === undefined ? undefined : await readApplicationDirectory(files, runningDirectory);
  if (previous === undefined) throw notInCodePath(name, from);

  const { direction, script } = translate(name, from, to, previous, next);
  const library = { application: name, vsn: to, directory };
  const listed = new Map([[name, new Set(next.app.record.modules)]]);
  const { facts, code } = await node.objectCode(script, [library], listed);
  return {
    upgrade: {
      kind: "application",
      name,
      from,
      to,
      direction,
      origin: "appup",
      script,
      libraries: [library],
      objectCode: withExpectedVsns({ script, direction, objectCode: facts }, code),
    },
    code,
    specifications: { before: [encodeApp(previous.app.record)], after: [encodeApp(next.app.record)] },
    config: { before: nil, after: nil },
    previousDirectories: new Map([[name, previous.directory]]),
  };
}

/** The script from the new version's appup on the way up, else from the running version's on the way down. */
function translate(
  name: string,
  from: string,
  to: string,
  previous: ApplicationDirectory,
  next: ApplicationDirectory,
): { direction: "up" | "down"; script: ReturnType<typeof translateScripts> } {
  if (from === to) throw noUpgradePath(name, from, to, `${name} ${to} is what the node runs already.`);
  const upEntry = next.appup && findAppupEntry(next.appup, "upFrom", from);
  const downEntry = previous.appup && findAppupEntry(previous.appup, "downTo", to);
  const entry = upEntry ?? downEntry;
  if (entry === undefined) {
    const known =
      next.appup === undefined
        ? `There is no ${name}.appup in ${next.directory}/ebin.`
        : `${name}.appup comes from ${namedVersions(next.appup.upFrom)}.`;
    throw noUpgradePath(name, from, to, known);
  }
  const decoded = decodeScript(entry.script, entry.locateScript);
  if (!decoded.ok) throw new ProblemError(decoded.problems);
  const direction = upEntry === undefined ? "down" : "up";
  const application = ({ app }: ApplicationDirectory) => ({
    name,
    vsn: app.record.vsn,
    type: "permanent" as const,
    modules: app.record.modules,
  });
  const locate = ({ index }: { index: number }) => entry.locateScript([index]);
  const script = translateScripts(
    direction,
    [decoded.instructions],
    [application(next)],
    [application(previous)],
    locate,
  );
  return { direction, script };
}

async function runningVersion(node: NodeCode, name: string): Promise<string> {
  const running = await node.applications();
  const found = running.find((application) => application.name === name);
  if (found !== undefined) return found.vsn;
  throw new ProblemError([
    {
      code: "application-not-running",
      severity: "error",
      summary: `the application ${name} doesn't run on ${node.node}`,
      detail: `It runs ${running.map((application) => application.name).join(", ")}.`,
      hint: "Only a running application can be upgraded; start it first.",
    },
  ]);
}

function notInCodePath(name: string, vsn: string): ProblemError {
  return new ProblemError([
    {
      code: "application-not-found",
      severity: "error",
      summary: `the directory of the running ${name} ${vsn} is not in the node's code path`,
      detail: "Its old code could not be found to be put back after a failure, and its version could not be read.",
      hint: "Add the directory to the code path under the application's name.",
    },
  ]);
}
