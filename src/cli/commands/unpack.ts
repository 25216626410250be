import { InvalidArgumentError, type Command } from "commander";
import type { Logger } from "pino";
import { basename } from "node:path";
import { localSource, nodeSource } from "../../engine/releases/block-source.js";
import { takeInventory } from "../../engine/releases/inventory.js";
import { unpackPackage, type PackagePlace } from "../../engine/releases/unpack.js";
import type { Target } from "../../target/target.js";
import { allowOption } from "../allow.js";
import { CommandError, EXIT } from "../exit.js";
import { listenForInterrupt } from "../interrupt.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { changeReleases } from "../releases.js";
import { openTarget } from "../target.js";
import { followTransfer } from "../transfer.js";
import { unpackJson, unpackText } from "../views/unpack.js";

interface UnpackOptions extends CommonOptions, TargetOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly allow: readonly string[];
}

/** Problems of a package that somebody may know better about. */
const ALLOWABLE = ["library-differs", "code-not-loadable"];

function allowable(code: string): string {
  if (ALLOWABLE.includes(code)) return code;
  throw new InvalidArgumentError(`There is no problem ${code} to allow; there are ${ALLOWABLE.join(", ")}.`);
}

/** `unpack`: brings the package of a release to the node, checked, and has it unpacked there. */
export function registerUnpack(program: Command, run: Run): void {
  const command = program
    .command("unpack")
    .argument("<package>", "a .tar.gz of this machine, or the name of one in the node's directory releases")
    .description("check the package of a release, send it to the node, and unpack it there")
    .option("--dry-run", "check it only; nothing is changed on the node")
    .option("--force", "replace a release of the same version that was installed once")
    .addOption(allowOption("problems that don't stand in the way", allowable));
  withCommonOptions(withTargetOptions(command)).action(async (file: string, options: UnpackOptions) => {
    await run("relupctl/unpack@1", options, ({ io, log }) => unpack(file, options, io, log));
  });
}

async function unpack(file: string, options: UnpackOptions, io: Io, log: Logger): Promise<Report> {
  // A file that isn't there is told before the node is asked anything, unless it may be one of the node's.
  await using local = await localSource(file);
  await using opened = await openTarget(options, io, log);
  const { target } = opened;
  const place: PackagePlace = local === undefined ? await onNode(target, file, options.timeout) : { source: local };
  using interruption = listenForInterrupt(() => {
    log.warn("interrupted");
  });
  const follow = followTransfer(io, log, basename(file), options.json === true);
  const isDry = options.dryRun === true;
  const unpacked = await changeReleases(target, { what: `the unpacking of ${basename(file)}`, isDry }, () =>
    unpackPackage(target, place, {
      timeoutMs: options.timeout,
      allowed: options.allow,
      force: options.force === true,
      dryRun: isDry,
      signal: interruption.signal,
      onProgress: follow.onProgress,
    }),
  ).finally(follow.end);
  log.info({ result: unpacked.result, vsn: unpacked.vsn }, "unpack");
  return { json: unpackJson(unpacked), text: (paint) => unpackText(unpacked, paint), exitCode: EXIT.done };
}

/** A package that lies in the node's `releases`, named as release_handler names it, or with its ending. */
async function onNode(target: Target, file: string, timeoutMs: number): Promise<PackagePlace> {
  const name = file.replace(/\.tar\.gz$/, "");
  if (/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name)) {
    const { relDir } = await takeInventory(target, { timeoutMs });
    const path = `${relDir}/${name}.tar.gz`;
    const source = await nodeSource(target, path, { timeoutMs });
    if (source !== undefined) return { source, onNode: path };
  }
  throw new CommandError(EXIT.invalid, {
    code: "package-not-found",
    summary: `there is no package ${file}, neither here nor in the node's directory releases`,
    hint: "Name a .tar.gz that rebar3 tar or mix release has made.",
  });
}
