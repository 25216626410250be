import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { Logger } from "pino";
import { examine, examineSnapshot, type Examination } from "../../engine/doctor/examine.js";
import { allowOption } from "../allow.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withNotes } from "../notes.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openSnapshot, prepareFromSnapshot, withSnapshotOption, type SnapshotOptions } from "../snapshot.js";
import { prepare, sourceOf, withSourceArguments, type Source, type SourceOptions } from "../source.js";
import { openTargetToLook } from "../target.js";
import { doctorJson, doctorText, type Diagnosis } from "../views/doctor.js";

interface DoctorOptions extends CommonOptions, TargetOptions, SourceOptions, SnapshotOptions {
  readonly states?: boolean;
  readonly strict?: boolean;
  readonly allow: readonly string[];
}

const NOTES = `
Without a version it looks at the node as it stands: what would go wrong with any upgrade. With one, or with --app, also at
that upgrade on this node: all that plan finds, and more. Nothing is changed.

Exits with 3 where something was found that is an error, with --strict also for a warning. docs/findings.md describes every
code, and relupctl explain CODE prints what it says.`;

/** `doctor`: what is wrong with a node, and with an upgrade of it. */
export function registerDoctor(program: Command, run: Run): void {
  const command = program.command("doctor").description("find what is wrong with a node, and with an upgrade of it");
  withSourceArguments(command)
    .addOption(
      new Option("--states", "also read the states of processes, and look for funs in them").conflicts("snapshot"),
    )
    .option("--strict", "fail on warnings too")
    .addOption(allowOption("findings to pass over", parseCode));
  withNotes(withCommonOptions(withSnapshotOption(withTargetOptions(command))), NOTES).action(
    async (vsn: string | undefined, options: DoctorOptions) => {
      await run("relupctl/doctor@1", options, ({ io, log }) => doctor(vsn, options, io, log));
    },
  );
}

/** A finding may be of a manifest too, so any code will do. */
function parseCode(code: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(code)) return code;
  throw new InvalidArgumentError("It must be the code of a finding.");
}

async function doctor(vsn: string | undefined, options: DoctorOptions, io: Io, log: Logger): Promise<Report> {
  const isUpgrade = vsn !== undefined || options.app !== undefined;
  const source = isUpgrade ? sourceOf(vsn, options) : undefined;
  const examination =
    options.snapshot === undefined
      ? await examineNode(source, options, io, log)
      : await examineOffline(source, options, options.snapshot);
  const diagnosis: Diagnosis = {
    ...examination,
    findings: examination.findings.map((finding) => ({ finding, allowed: options.allow.includes(finding.code) })),
  };
  const fails = diagnosis.findings.some(
    ({ finding: { severity }, allowed }) =>
      !allowed && (severity === "error" || (options.strict === true && severity === "warning")),
  );
  return {
    json: doctorJson(diagnosis),
    text: (paint) => doctorText(diagnosis, paint),
    exitCode: fails ? EXIT.refused : EXIT.done,
  };
}

async function examineNode(
  source: Source | undefined,
  options: DoctorOptions,
  io: Io,
  log: Logger,
): Promise<Examination> {
  await using opened = await openTargetToLook(options, io, log);
  return await examine(
    opened.target,
    { timeoutMs: options.timeout, states: options.states === true },
    source && (() => prepare(opened, source, options)),
  );
}

async function examineOffline(source: Source | undefined, options: DoctorOptions, file: string): Promise<Examination> {
  const snapshot = await openSnapshot(file);
  return await examineSnapshot(snapshot, source && (() => prepareFromSnapshot(snapshot, source, options)));
}
