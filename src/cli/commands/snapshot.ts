import type { Command } from "commander";
import type { Logger } from "pino";
import { takeSnapshot } from "../../engine/snapshot/take.js";
import { snapshotYaml } from "../../engine/snapshot/write.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { writeOutputFile } from "../output-file.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTargetToLook } from "../target.js";
import { snapshotText } from "../views/snapshot.js";

interface SnapshotCommandOptions extends CommonOptions, TargetOptions {
  readonly output: string;
  readonly withEnv?: boolean;
}

const NOTES = `
tree, doctor and plan work from the file with --snapshot FILE, without the node. No state of a process is read. Of the
application environments only the keys are recorded, and of the specifications of children not the arguments, unless
--with-env asks for them. Names and ids of processes, and the appups and relup of what runs, are recorded as they are.`;

/** `snapshot`: what is known of a node, in a file. */
export function registerSnapshot(program: Command, run: Run): void {
  const command = program
    .command("snapshot")
    .description("record the tree, code and applications of a node in a file, to plan without the node")
    .requiredOption("-o, --output <file>", "the file to write; - is standard output")
    .option("--with-env", "also record the values of application environments, which may be secret");
  withNotes(withCommonOptions(withTargetOptions(command)), NOTES).action(async (options: SnapshotCommandOptions) => {
    await run("relupctl/snapshot@1", options, ({ io, log }) => snapshot(options, io, log));
  });
}

async function snapshot(options: SnapshotCommandOptions, io: Io, log: Logger): Promise<Report> {
  await using opened = await openTargetToLook(options, io, log);
  const document = await takeSnapshot(opened.target, {
    withEnv: options.withEnv === true,
    taken: new Date().toISOString(),
    timeoutMs: options.timeout,
  });
  const yaml = snapshotYaml(document);
  // What may be secret is for nobody else's eyes.
  const mode = options.withEnv === true ? 0o600 : undefined;
  if (options.output !== "-") await writeOutputFile(options.output, yaml, true, mode);
  return {
    json: document,
    text: (paint) => (options.output === "-" ? yaml.trimEnd() : snapshotText(document, options.output, paint)),
    exitCode: EXIT.done,
  };
}
