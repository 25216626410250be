import fc from "fast-check";
import { expect, it } from "vitest";
import { localFiles } from "../../src/release/local-files.js";
import { readAppupOutline } from "../../src/release/outline.js";
import { searchDirectories } from "../../src/release/path/directories.js";
import { readApp } from "../../src/release/read.js";
import { translateRegex } from "../../src/release/regex/translate.js";
import { decodeScript, encodeScript } from "../../src/release/script.js";
import { stringText, taggedTuple, tupleElements } from "../../src/terms/access.js";
import { printTerm } from "../../src/terms/print.js";
import { equals } from "../../src/terms/equal.js";
import { ProblemError } from "../../src/terms/problem.js";
import { Atom, List, list, Tuple, type Term } from "../../src/terms/term.js";
import type { Instruction } from "../../src/release/instruction.js";
import { translateScripts } from "../../src/upgrade/translate.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { askSystoolsRc, type ScriptsAnswer } from "./systools-rc.js";
import { scriptsCase, type ScriptsCase } from "./scripts.js";
import { leavesOrderOpen, writtenAs } from "./written-as.js";

const RUNS = Number(process.env["RELUPCTL_ORACLE_RUNS"] ?? 6_000);
const BATCH = 1_000;

/** Which of our codes answers which of OTP's reasons. What isn't here is refused when the script is read. */
const CODES: Readonly<Record<string, string>> = {
  bad_op_before_point_of_no_return: "operation-before-point-of-no-return",
  too_many_point_of_no_return: "several-points-of-no-return",
  no_object_code: "no-object-code",
  suspended_not_resumed: "suspended-not-resumed",
  resumed_not_suspended: "resumed-not-suspended",
  start_not_stop: "started-not-stopped",
  stop_not_start: "stopped-not-started",
  no_such_application: "no-such-application",
  removed_application_present: "removed-application-present",
  muldef_module: "module-defined-twice",
  undef_module: "dependency-without-instruction",
  no_such_module: "module-not-in-app",
  conflicting_versions: "conflicting-versions",
};

type Ours = { readonly ok: true; readonly script: Term } | { readonly ok: false; readonly codes: readonly string[] };

function translate(
  { mode, applications, preApplications }: ScriptsCase,
  scripts: readonly (readonly Instruction[])[],
): Ours {
  try {
    return { ok: true, script: encodeScript(translateScripts(mode, scripts, applications, preApplications)) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { ok: false, codes: error.problems.map((problem) => problem.code) };
  }
}

const say = (ours: Ours): string => (ours.ok ? printTerm(ours.script) : ours.codes.join(" "));

/** The scripts as records; undefined where one of them isn't a script. */
function decode({ scripts }: ScriptsCase): readonly (readonly Instruction[])[] | undefined {
  const decoded = scripts.map((script) => decodeScript(list(...script)));
  return decoded.every((result) => result.ok) ? decoded.map((result) => result.instructions) : undefined;
}

/**
 * What systools_rc lets pass by accident: `restart` and `reboot`, which no release handler executes; a list among the
 * instructions, whose own it would leave in their short form; and a version that is a list, but no string.
 */
const passesByAccident = ({ scripts }: ScriptsCase): boolean =>
  scripts.flat().some((term) => {
    if (term instanceof List) return true;
    if (term instanceof Atom) return term.name === "restart" || term.name === "reboot";
    const fetch = taggedTuple(term, "load_object_code", 2);
    const vsn = tupleElements(fetch?.[1], 3)?.[1];
    return vsn instanceof List && stringText(vsn) === undefined;
  });

/** Undefined when the answers agree, else what to show. */
function difference(question: ScriptsCase, otp: ScriptsAnswer, count: (what: string) => void): string | undefined {
  const scripts = decode(question);
  if (scripts === undefined) {
    count("refused when read");
    return otp.ok && !passesByAccident(question) ? "refused when read" : undefined;
  }
  const ours = translate(question, scripts);
  if (!otp.ok) {
    const code = CODES[otp.reason instanceof Tuple ? (otp.reason.elements[0] as Atom).name : (otp.reason as Atom).name];
    count(`refused: ${code}`);
    return ours.ok || code === undefined || !ours.codes.includes(code) ? say(ours) : undefined;
  }
  if (!ours.ok) return say(ours);
  if (equals(ours.script, otp.script)) {
    count("same");
    return undefined;
  }
  // Where the dependencies leave the order open: written in the order that OTP chose it must come out the same.
  if (!leavesOrderOpen(question, scripts, otp.orders)) return say(ours);
  const rewritten = translate(question, writtenAs(question, scripts, otp.orders));
  if (rewritten.ok && equals(rewritten.script, otp.script)) {
    count("same, written in OTP's order");
    return undefined;
  }
  return say(rewritten);
}

/** A case for a person to read. */
function shown(
  { mode, scripts, applications, preApplications }: ScriptsCase,
  otp: ScriptsAnswer,
  ours: string,
): unknown {
  return {
    mode,
    scripts: scripts.map((script) => printTerm(list(...script))),
    applications,
    preApplications,
    otp: printTerm(otp.ok ? otp.script : otp.reason),
    ours,
  };
}

describeErlang("the translation against systools_rc", () => {
  const oracle = useOracle();

  it("gives the same script, or refuses for the same reason", async () => {
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    const cases = fc.sample(scriptsCase, RUNS);
    const differences: unknown[] = [];
    for (let start = 0; start < cases.length; start += BATCH) {
      const batch = cases.slice(start, start + BATCH);
      const answers = await askSystoolsRc(oracle, batch);
      for (const [index, question] of batch.entries()) {
        const found = difference(question, answers[index]!, count);
        if (found !== undefined) differences.push(shown(question, answers[index]!, found));
      }
    }
    if (process.env["RELUPCTL_ORACLE_COUNTS"] !== undefined) console.log(counts);
    expect(differences.slice(0, 3)).toEqual([]);
    expect(counts.get("same")).toBeGreaterThan(RUNS / 4);
    expect(counts.get("same, written in OTP's order")).toBeGreaterThan(RUNS / 50);
    for (const code of Object.values(CODES)) expect(counts.get(`refused: ${code}`), code).toBeGreaterThan(0);
  });

  it("gives the same for the appups of the installed OTP", async () => {
    const lib = (await oracle.run("code:lib_dir().")).toString();
    const files = (await searchDirectories(localFiles, [`${lib}/*/ebin`])).flatMap(({ directory, names }) =>
      names.filter((name) => name.endsWith(".appup")).map((name) => `${directory}/${name}`),
    );
    const cases = (await Promise.all(files.map(casesOf))).flat();
    expect(cases.length).toBeGreaterThan(20);
    const answers = await askSystoolsRc(oracle, cases);
    for (const [index, question] of cases.entries()) {
      expect(difference(question, answers[index]!, () => undefined)).toBeUndefined();
    }
  });
});

/** Every script of an appup, as if the application went from and to the version that lies beside it. */
async function casesOf(file: string): Promise<ScriptsCase[]> {
  const outline = readAppupOutline((await localFiles.read(file))!, file);
  const app = readApp((await localFiles.read(file.replace(/up$/, "")))!, file).record;
  const applications = [{ ...app, type: "permanent" as const }];
  const rest = { applications, preApplications: applications };
  return (["up", "down"] as const).flatMap((mode) =>
    outline[mode === "up" ? "upFrom" : "downTo"].map(({ version, script }): ScriptsCase => {
      if ("regex" in version) translateRegex(version.regex);
      return { mode, scripts: [(script as List).elements], ...rest };
    }),
  );
}
