import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LowLevelInstruction } from "../../release/instruction.js";
import { ProblemError } from "../../terms/problem.js";
import type { Facts, ObservedProcess } from "../../upgrade/facts.js";
import type { Plan } from "../../upgrade/plan.js";
import { changedModules } from "../../upgrade/upgrade.js";
import { StepFailure } from "../failure.js";
import type { PreparedUpgrade } from "../prepared.js";
import { JOURNAL_EXTENSION } from "./directory.js";
import { FileJournal, notWritten } from "./file-journal.js";
import { operator } from "./operator.js";
import { problemRecord } from "./problem-record.js";
import type { BeginRecord } from "./records.js";
import { createSink, type JournalSink } from "./sink.js";

/** What is about to be executed. */
export interface Opening {
  /** The name of the journal, of `journalId`. */
  readonly id: string;
  readonly plan: Plan;
  readonly facts: Facts;
  readonly prepared: PreparedUpgrade;
  /** Findings that the user let pass. */
  readonly allowed: readonly string[];
}

export interface JournalOptions {
  /** The command that the user gave. */
  readonly command: string;
  /** The version of relupctl. */
  readonly version: string;
  /** Makes the file; in tests also one that fails. */
  readonly create?: (path: string) => Promise<JournalSink>;
  readonly now?: () => Date;
}

/**
 * Makes the journal of an upgrade in a directory, a file of its own, and writes what is going to be done.
 * @throws ProblemError (`journal-not-written`) where that can't be done; nothing has been changed on the node by then
 */
export async function openJournal(directory: string, opening: Opening, options: JournalOptions): Promise<FileJournal> {
  const now = options.now ?? (() => new Date());
  const { id } = opening;
  const path = join(directory, `${id}${JOURNAL_EXTENSION}`);
  let journal: FileJournal | undefined;
  try {
    journal = new FileJournal(id, path, await (options.create ?? createSink)(path), now);
    await journal.begin(beginRecord(now(), opening, options));
    return journal;
  } catch (error) {
    await journal?.close();
    // Made by us, and without a first line: it would tell nothing.
    if (journal !== undefined) await rm(path, { force: true }).catch(() => undefined);
    if (error instanceof StepFailure) throw new ProblemError([error.problem]);
    throw new ProblemError([notWritten(path, error)]);
  }
}

/** `20261120T131502.123Z-3f9a1c`: in the order of time, and with an end that is short enough to be typed. */
export function journalId(now: Date = new Date()): string {
  const time = now.toISOString().replace(/[-:]/g, "");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

function beginRecord(
  now: Date,
  { id, plan, facts, prepared, allowed }: Opening,
  { command, version }: JournalOptions,
): BeginRecord {
  const { upgrade } = plan;
  return {
    type: "begin",
    schema: "relupctl/journal-file@1",
    at: now.toISOString(),
    id,
    command,
    by: operator(version),
    node: { name: facts.node, creation: facts.creation, otpRelease: facts.otpRelease },
    upgrade: {
      kind: upgrade.kind,
      name: upgrade.name,
      from: upgrade.from,
      to: upgrade.to,
      direction: upgrade.direction,
      origin: upgrade.origin,
    },
    digest: plan.digest,
    allowed: [...allowed],
    libraries: upgrade.libraries.map(({ application, vsn, directory }) => ({
      application,
      vsn,
      directory,
      previous: prepared.previousDirectories.get(application) ?? null,
    })),
    modules: changedModules(upgrade.script).map((module) => {
      const [loaded, code] = [facts.modules.get(module), upgrade.objectCode.get(module)];
      return {
        module,
        md5Before: loaded?.md5 ?? null,
        fileBefore: loaded?.file ?? null,
        md5After: code?.md5 ?? null,
        fileAfter: code?.file ?? null,
      };
    }),
    steps: plan.steps.map(({ index, instruction, modules, undo }) => ({
      index,
      instruction: instruction.instruction,
      modules: [...modules],
      undo,
      called: calledBy(instruction),
    })),
    findings: plan.findings.map((finding) => ({
      ...problemRecord(finding),
      module: finding.module ?? null,
      pids: [...finding.pids],
    })),
    coverage: plan.coverage.map(({ module, migrated, reloaded, missed, reasons }) => ({
      module,
      migrated: migrated.length,
      included: reasons.filter(({ reason }) => reason === "included").flatMap(({ processes }) => textsOf(processes)),
      reloaded: reloaded.length,
      missed: missed.map(({ process, reason }) => ({ pid: process.text, reason })),
    })),
  };
}

const textsOf = (processes: readonly ObservedProcess[]): string[] => processes.map(({ text }) => text);

function calledBy(instruction: LowLevelInstruction): string | null {
  if (instruction.instruction !== "apply") return null;
  const { module, function: fun, args } = instruction.mfa;
  return `${module}:${fun}/${args.length}`;
}
