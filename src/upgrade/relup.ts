import { closeRelease } from "../release/closure/close-release.js";
import type { LoadedRelease } from "../release/closure/loaded.js";
import type { ReleasedApplication } from "../release/closure/released.js";
import type { Relup, RelupEntry } from "../release/records.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { nil } from "../terms/term.js";
import { collect, once, throwAll } from "./relup/collect.js";
import { firstByName, type BaseRelease, type RelupInput } from "./relup/input.js";
import { fixOldReleaseHandler } from "./relup/r15.js";
import { addedApplications, appupScripts, removedApplications, type SourcedScript } from "./relup/scripts.js";
import { translateScripts } from "./translate.js";

export { applicationsWithAppup, type BaseRelease, type RelupInput } from "./relup/input.js";

export interface MadeRelup {
  readonly relup: Relup;
  /** Warnings; systools' own among them. */
  readonly problems: readonly Problem[];
}

/** The applications of each release, in the order in which they start. */
type Closures = ReadonlyMap<LoadedRelease, readonly ReleasedApplication[]>;

/**
 * Makes a relup from a release, the releases it can be come to from and gone back to, and the appups of its applications:
 * `systools_relup:mk_relup/4` without its reading and writing of files. The entries stand in reversed order, as there.
 *
 * @throws ProblemError with what is wrong with any of the releases, else with any of the scripts
 */
export function makeRelup(input: RelupInput): MadeRelup {
  const closures = closeAll(input);
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const entries = (mode: "up" | "down", bases: readonly BaseRelease[]): RelupEntry[] =>
    bases.flatMap((base) => {
      const entry = collect(problems, () => relupEntry(mode, input, base, closures, warnings));
      return entry === undefined ? [] : [entry];
    });
  const upFrom = entries("up", input.upFrom).reverse();
  const downTo = entries("down", input.downTo).reverse();
  throwAll(problems);
  return { relup: { vsn: input.top.rel.vsn, upFrom, downTo }, problems: once(warnings) };
}

function closeAll({ top, upFrom, downTo }: RelupInput): Closures {
  const problems: Problem[] = [];
  const closures = new Map<LoadedRelease, readonly ReleasedApplication[]>();
  for (const release of new Set([top, ...[...upFrom, ...downTo].map((base) => base.release)])) {
    const closed = collect(problems, () => {
      requireSasl(release);
      return closeRelease(release);
    });
    if (closed !== undefined) closures.set(release, closed);
  }
  throwAll(problems);
  return closures;
}

/** Only sasl's release handler can execute a relup. Follows `systools_relup:do_mk_relup/5`. */
function requireSasl({ rel, manifest }: LoadedRelease): void {
  if (rel.applications.some(({ name }) => name === "sasl")) return;
  throw new ProblemError([
    {
      code: "missing-sasl",
      severity: "error",
      summary: `the release ${rel.name} ${rel.vsn} lacks sasl: it can't be upgraded`,
      detail: "OTP's release_handler is part of sasl.",
      hint: "Add sasl to the applications of the .rel.",
      span: manifest.locate(["applications"]),
    },
  ]);
}

/** One entry of the relup. Follows `systools_relup:foreach_baserel_up/7` and `foreach_baserel_dn/7`. */
function relupEntry(
  mode: "up" | "down",
  { top, appups, restartEmulator }: RelupInput,
  { release: base, description }: BaseRelease,
  closures: Closures,
  warnings: Problem[],
): RelupEntry {
  const [from, to] = mode === "up" ? [base, top] : [top, base];
  const fromAppups = appupScripts(mode, closures.get(top)!, base, appups);
  warnings.push(...fromAppups.warnings);
  const scripts = [
    ...(top.rel.erts === base.rel.erts ? [] : [alone("restart_new_emulator")]),
    ...addedApplications(from.rel, to),
    ...fromAppups.scripts,
    ...removedApplications(from, to.rel),
    ...(restartEmulator === true ? [alone("restart_emulator")] : []),
  ];
  if (top.rel.erts !== base.rel.erts) warnings.push(ertsChanged(top, base));
  const translated = translateScripts(
    mode,
    scripts.map((script) => script.instructions),
    closures.get(to)!,
    closures.get(from)!,
    ({ script, index }) => scripts[script]?.locate(index),
  );
  const entry = { vsn: base.rel.vsn, description: description ?? nil };
  if (mode === "down") return { ...entry, script: translated };
  const sasl = firstByName(base.rel.applications.map(({ name, vsn }) => [name, vsn])).get("sasl")!;
  const fixed = fixOldReleaseHandler(translated, sasl);
  warnings.push(...fixed.warnings);
  return { ...entry, script: fixed.script };
}

/** A script of one instruction that nobody wrote. */
const alone = (instruction: "restart_new_emulator" | "restart_emulator"): SourcedScript => ({
  instructions: [{ instruction }],
  locate: () => undefined,
});

function ertsChanged(top: LoadedRelease, base: LoadedRelease): Problem {
  return {
    code: "erts-changed",
    severity: "warning",
    summary: `erts changes between ${base.rel.name} ${base.rel.vsn} (${base.rel.erts}) and ${top.rel.name} ${top.rel.vsn} (${top.rel.erts})`,
    detail: "The emulator is restarted; nothing survives that is kept in a process.",
    span: top.manifest.locate(["erts"]),
  };
}
