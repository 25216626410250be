import { setTimeout as delay } from "node:timers/promises";
import { changeApplicationData, configChange, prepConfigChange, whichApplications } from "../../otp/application.js";
import { loadedMd5s } from "../../otp/code.js";
import { attempt, type CallOptions } from "../../otp/invoke.js";
import { whichReleases, type KnownRelease } from "../../otp/release-handler.js";
import type { Target } from "../../target/target.js";
import { atomName, tupleElements } from "../../terms/access.js";
import type { Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { configBefore, dataRefused } from "../application-data.js";
import type { PreparedUpgrade } from "../prepared.js";
import type { NodeRelease } from "../releases/inventory.js";

/** The release handler answers what it is asked when it is done with what it does. */
const HANDLER_MS = 60_000;
const ASK_MS = 5_000;

/**
 * Whether the node is on its way down. The release handler answers before it has the node restart, so what it does after
 * that answer is waited for by another question to it (`release_handler:handle_call/3`).
 */
export async function isGoingDown(target: Target): Promise<boolean> {
  const releases = await whichReleases(target, { timeoutMs: HANDLER_MS });
  const status = await attempt(target, "init:get_status/0", [], { timeoutMs: ASK_MS });
  if (releases === undefined || status.kind !== "returned") return true;
  if (atomName(tupleElements(status.value, 2)?.[0]) !== "started") return true;
  return await Promise.race([target.down.then(() => true), delay(0, false)]);
}

/** The release that the node's release handler has as the one that runs. */
export async function releaseThatRuns(target: Target): Promise<KnownRelease | undefined> {
  const releases = await whichReleases(target, { timeoutMs: HANDLER_MS });
  return releases?.find(({ status }) => status === "current") ?? releases?.find(({ status }) => status === "permanent");
}

/**
 * Sees that the release runs: the release handler says so, each of its applications that runs has its version, and the
 * code of the modules that changed is the new one where it is loaded.
 * @returns what is otherwise; undefined where nothing is
 * @throws CallError where the node can't be asked
 */
export async function notRunning(
  target: Target,
  { to, objectCode }: Upgrade,
  release: NodeRelease | undefined,
  options: CallOptions,
): Promise<Problem | undefined> {
  const modules = [...objectCode.values()].filter(({ md5 }) => md5 !== undefined);
  const [runs, applications, loaded] = await Promise.all([
    releaseThatRuns(target),
    whichApplications(target, options),
    loadedMd5s(
      target,
      modules.map(({ module }) => module),
      options,
    ),
  ]);
  const versions = new Map(applications.map(({ name, vsn }) => [name, vsn]));
  const faults = [
    ...(runs?.vsn === to ? [] : [`the release handler says that ${runs?.vsn ?? "no release"} runs`]),
    ...(release?.libraries ?? []).flatMap(({ name, vsn }) => {
      const is = versions.get(name);
      return is === undefined || is === vsn ? [] : [`the application ${name} is ${is} and not ${vsn}`];
    }),
    ...modules.flatMap(({ module, md5 }, index) =>
      loaded[index] === undefined || loaded[index] === md5 ? [] : [`the code of ${module} is not that of the release`],
    ),
  ];
  if (faults.length === 0) return undefined;
  return {
    code: "install-not-verified",
    severity: "error",
    summary: `the node doesn't run ${to} as it should: ${faults[0]!}`,
    ...(faults.length > 1 && { detail: `Also: ${faults.slice(1).join("; ")}.` }),
    hint: "See the node's log for what its release handler says of it, and relupctl versions.",
  };
}

/**
 * Puts application specifications and environments back. `install_release` changes them before the first step, and leaves
 * them so when it then refuses the script (release_handler:do_install_release/3).
 * @param environment of before, as `prepConfigChange` gave it
 */
export async function putDataBack(
  target: Target,
  prepared: PreparedUpgrade,
  environment: Term,
  options: CallOptions,
): Promise<void> {
  const changed = await prepConfigChange(target, options);
  const config = configBefore(prepared, environment);
  const refused = await changeApplicationData(target, prepared.specifications.before, config, options);
  if (refused !== undefined) throw dataRefused(refused);
  await configChange(target, changed, options);
}
