import fc from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeRelup } from "../../src/release/kinds/relup.js";
import { localFiles } from "../../src/release/local-files.js";
import { equals } from "../../src/terms/equal.js";
import { printTerm } from "../../src/terms/print.js";
import { ProblemError } from "../../src/terms/problem.js";
import { Atom, Tuple, type Term } from "../../src/terms/term.js";
import { loadRelupInput } from "../../src/upgrade/load-relup-input.js";
import { makeRelup } from "../../src/upgrade/relup.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { releasesCase, type BaseCase, type ReleasesCase } from "./releases.js";
import { askSystoolsRelup, writeCase, type RelupAnswer } from "./systools-relup.js";

const RUNS = Number(process.env["RELUPCTL_ORACLE_RUNS"] ?? 200);
const BATCH = 50;

type Ours =
  | { readonly ok: true; readonly relup: Term; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly codes: readonly string[]; readonly summaries: readonly string[] };

async function ours(question: ReleasesCase, directory: string): Promise<Ours> {
  const base = ({ rel, ...rest }: BaseCase) => ({ rel: join(directory, rel), ...rest });
  try {
    const input = await loadRelupInput(localFiles, {
      to: join(directory, question.top),
      upFrom: question.upFrom.map(base),
      downTo: question.downTo.map(base),
      path: question.path.map((pattern) => join(directory, pattern)),
      restartEmulator: question.restartEmulator,
    });
    const { relup, problems } = makeRelup(input);
    return { ok: true, relup: encodeRelup(relup), warnings: problems.map((problem) => problem.code) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const codes = error.problems.map((problem) => problem.code);
    return { ok: false, codes: [...new Set(codes)], summaries: error.problems.map((problem) => problem.summary) };
  }
}

const WARNINGS: Readonly<Record<string, string>> = {
  erts_vsn_changed: "erts-changed",
  bad_vsn: "appup-version-mismatch",
  pre_R15_emulator_upgrade: "pre-r15-emulator-upgrade",
};

/** Which of our codes answers which of OTP's reasons; systools_rc's own are in translate.oracle.test.ts. */
const CODES: Readonly<Record<string, string>> = {
  "systools_make circular_dependencies": "circular-dependency",
  "systools_make duplicate_include": "duplicate-included-application",
  "systools_make duplicate_modules": "duplicate-module",
  "systools_make duplicate_register": "duplicate-registered-name",
  "systools_make missing_mandatory_app": "missing-mandatory-application",
  "systools_make undefined_applications": "undefined-application",
  "systools_relup missing_sasl": "missing-sasl",
  "systools_relup no_relup": "no-upgrade-path",
  "systools_rc no_such_module": "module-not-in-app",
  "systools_rc bad_instruction": "unknown-instruction",
};

const tagOf = (term: Term): string =>
  term instanceof Tuple ? tagOf(term.elements[0]!) : term instanceof Atom ? term.name : "list";

/** The class of a reason: which module refused, and the name of what it found. */
function classOf(reason: Term): string {
  if (!(reason instanceof Tuple)) return tagOf(reason);
  const [module, what] = reason.elements;
  return `${tagOf(module!)} ${tagOf(what!)}`;
}

function difference(otp: RelupAnswer, mine: Ours): boolean {
  if (!otp.ok || !mine.ok) return otp.ok || mine.ok;
  const warnings = new Set(otp.warnings.map((warning) => WARNINGS[tagOf(warning)]));
  return !equals(otp.relup, mine.relup) || !sameSet(warnings, new Set(mine.warnings));
}

/** A case for a person to read: without the applications that no release names. */
function shown({ files, ...question }: ReleasesCase, otp: RelupAnswer, mine: Ours): unknown {
  const texts = [...files].map(([path, content]) => ({
    path,
    text: typeof content === "string" ? content : printTerm(content),
  }));
  const rels = texts.filter(({ path }) => path.endsWith(".rel"));
  const named = ({ path }: { path: string }): boolean => {
    const [, name, vsn] = /^lib\/(\w+)-([0-9.]+)/.exec(path) ?? [];
    return name !== undefined && rels.some(({ text }) => text.includes(`{${name},"${vsn!}"`));
  };
  return {
    question,
    files: [...rels, ...texts.filter(named)].map(({ path, text }) => `${path}: ${text}`),
    otp: printTerm(otp.ok ? otp.relup : otp.reason),
    ours: mine.ok ? printTerm(mine.relup) : mine.summaries,
  };
}

const sameSet = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));

describeErlang("relups against systools:make_relup", () => {
  const oracle = useOracle();
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "relupctl-oracle-"));
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it("gives the same relup and warnings, or refuses too", async () => {
    const counts = new Map<string, number>();
    const cases = fc.sample(releasesCase, RUNS);
    const differences: unknown[] = [];
    // OTP stops at the first thing it finds in any of the releases, so some reasons are others than ours.
    let comparable = 0;
    let sameReason = 0;
    for (let start = 0; start < cases.length; start += BATCH) {
      const batch = cases.slice(start, start + BATCH);
      const directories = batch.map((_, index) => join(root, `${start + index}`));
      await Promise.all(batch.map((question, index) => writeCase(question, directories[index]!)));
      const answers = await askSystoolsRelup(oracle, batch, directories);
      for (const [index, question] of batch.entries()) {
        const otp = answers[index]!;
        const mine = await ours(question, directories[index]!);
        const what = otp.ok ? "same" : `${classOf(otp.reason)}: ${mine.ok ? "made" : mine.codes.join(" ")}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
        const code = otp.ok ? undefined : CODES[classOf(otp.reason)];
        if (code !== undefined && !mine.ok) {
          comparable++;
          if (mine.codes.includes(code)) sameReason++;
        }
        // An .app with a name twice in a list is refused since OTP 26; here `check` warns of it.
        const isRepeated = !otp.ok && printTerm(otp.reason).includes("dupl_entry");
        if (difference(otp, mine) && !isRepeated) {
          differences.push(shown(question, otp, mine));
        }
        await rm(directories[index]!, { recursive: true });
      }
    }
    if (process.env["RELUPCTL_ORACLE_COUNTS"] !== undefined) console.log(new Map([...counts].sort()));
    expect(differences.slice(0, 1)).toEqual([]);
    expect(counts.get("same")).toBeGreaterThan(RUNS / 5);
    expect(sameReason / comparable).toBeGreaterThan(0.7);
  });
});
