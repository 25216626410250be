import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { failureDocument, planDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { copyRoot, COUNTER_020, groupChildren, needEachOther, relupOf, type TemporaryFolder } from "./support/root.js";
import { relupctlJson, unwrapped } from "./support/run.js";

/** A release root that was broken, and what is said of it. */
interface Broken {
  readonly root?: "counter" | "store";
  readonly how: (root: TemporaryFolder) => void;
  /** The command line; by default the plan of the upgrade to 0.2.0. `ROOT` stands for the root's path. */
  readonly args?: readonly string[];
  readonly code: string;
  readonly says: RegExp;
}

const nothing = (): void => undefined;
const PLAN = ["plan", "0.2.0", "--root", "ROOT"];
const REL = "releases/0.2.0/counter.rel.yaml";
const APPUP = `${COUNTER_020}/counter.appup.yaml`;
const CODE = `${COUNTER_020}/counter.js`;

/** Manifests that are invalid or missing, and releases that don't start: exit code 2. */
const INVALID: Record<string, Broken> = {
  "no release root": {
    how: nothing,
    args: ["plan", "0.2.0", "--root", "ROOT/lib"],
    code: "root-not-found",
    says: /lib is no release root: it has no directory releases.*Name a release root with --root DIR, or a running node/,
  },
  "a root without a release": {
    how: (root) => {
      for (const vsn of ["0.1.0", "0.2.0", "0.3.0"]) root.remove(`releases/${vsn}`);
    },
    code: "release-not-found",
    says: /holds no release .*Name a release root with --root DIR/,
  },
  "an unknown version": {
    how: nothing,
    args: ["apply", "0.9.0", "--root", "ROOT"],
    code: "release-not-found",
    says: /there is no release 0\.9\.0 in .*It has 0\.1\.0, 0\.2\.0, 0\.3\.0\./,
  },
  "an unknown version to boot": {
    how: nothing,
    args: ["tree", "--boot", "../0.1.0", "--root", "ROOT"],
    code: "release-not-found",
    says: /there is no release \.\.\/0\.1\.0 in/,
  },
  "no .rel": {
    how: (root) => {
      root.remove(REL);
    },
    code: "release-not-found",
    says: /releases\/0\.2\.0 holds no \.rel/,
  },
  "a .rel.yaml that is no YAML": {
    how: (root) => {
      root.write(REL, "name: counter\nvsn: [\n");
    },
    code: "syntax-error",
    says: /counter\.rel\.yaml:3:1: error: YAML: /,
  },
  "a .rel that is no Erlang term": {
    root: "store",
    how: (root) => {
      root.edit("releases/2.0.0/store.rel", "{sasl,", "{sasl");
    },
    args: ["plan", "2.0.0", "--boot", "1.0.1", "--root", "ROOT"],
    code: "syntax-error",
    says: /store\.rel:4:\d+: error: expected/,
  },
  "a .rel of another version": {
    how: (root) => {
      root.edit(REL, 'vsn: "0.2.0"', 'vsn: "0.2.1"');
    },
    code: "release-version-mismatch",
    says: /counter\.rel\.yaml:2:6: error: the release says that its version is 0\.2\.1, but it lies in releases\/0\.2\.0/,
  },
  "no directory of an application": {
    how: (root) => {
      root.remove("lib/counter-0.2.0");
    },
    code: "application-not-found",
    says: /counter\.rel\.yaml:8:5: error: there is no application counter-0\.2\.0 .*itself runs counter 0\.1\.0/,
  },
  "an .app of another version": {
    how: (root) => {
      root.edit(`${COUNTER_020}/counter.app.yaml`, '"0.2.0"', '"0.2.1"');
    },
    code: "application-mismatch",
    says: /counter\.app\.yaml:3:6: error: the application's version is 0\.2\.1, but the release asks for 0\.2\.0/,
  },
  "an .app beside an .app.yaml": {
    how: (root) => {
      root.write(`${COUNTER_020}/counter.app`, "{application, counter, []}.");
    },
    code: "two-forms",
    says: /counter\.app and counter\.app\.yaml lie side by side in .*counter-0\.2\.0\/ebin.*Keep one of them/,
  },
  "an .app beside an .app.yaml, of an application alone": {
    how: (root) => {
      root.write(`${COUNTER_020}/counter.app`, "{application, counter, []}.");
    },
    args: ["plan", "--app", "ROOT/lib/counter-0.2.0", "--root", "ROOT"],
    code: "two-forms",
    says: /counter\.app and counter\.app\.yaml lie side by side/,
  },
  "a directory without an application": {
    how: nothing,
    args: ["plan", "--app", "ROOT/releases", "--root", "ROOT"],
    code: "application-not-found",
    says: /there is no application in .*\/releases\b/,
  },
  "an instruction that there isn't": {
    how: (root) => {
      root.edit(APPUP, "update: counter", "updat: counter");
    },
    code: "unknown-instruction",
    says: /counter\.appup\.yaml:5:9: error: .*Did you mean update\?/,
  },
  "a relup that is no Erlang term": {
    how: (root) => {
      root.write("releases/0.2.0/relup", relupOf("{suspend, [counter]}").slice(0, -2));
    },
    code: "syntax-error",
    says: /relup:1:\d+: error: expected .* found the end of the file/,
  },
  "a sys.config that OTP would take for an empty one": {
    how: (root) => {
      root.write("releases/0.1.0/sys.config", "[{counter, [{limit 1}]}].");
    },
    args: ["tree", "--root", "ROOT"],
    code: "syntax-error",
    says: /sys\.config:1:20: error: expected/,
  },
  "applications that need each other": {
    root: "store",
    how: needEachOther,
    args: ["plan", "2.0.0", "--boot", "1.0.1", "--root", "ROOT"],
    code: "circular-dependency",
    says: /clock\.app:1:\d+: error: clock depends on my_store, which can't start before clock has/,
  },
  "a module that throws while it is loaded at the start": {
    how: (root) => {
      root.edit(CODE, "exports.vsn", 'throw new Error("no luck"); exports.vsn');
    },
    args: ["tree", "--boot", "0.2.0", "--root", "ROOT"],
    code: "boot-failed",
    says: /0\.2\.0 in .* does not start.*module counter of application counter can't be loaded.*no luck.*counter\.js:4/,
  },
  "a module that isn't there at the start": {
    how: (root) => {
      root.remove(CODE);
    },
    args: ["tree", "--boot", "0.2.0", "--root", "ROOT"],
    code: "boot-failed",
    says: /module counter of application counter can't be loaded: nofile/,
  },
  "a release of compiled Erlang code": {
    how: (root) => {
      root.remove("lib/counter-0.1.0/ebin/counter.js");
      root.write("lib/counter-0.1.0/ebin/counter.beam", "FOR1");
    },
    code: "boot-failed",
    says: /Its code is for a real node.*--node NAME@HOST/,
  },
  "an application whose start doesn't end": {
    how: (root) => {
      root.edit("lib/counter-0.1.0/ebin/counter_app.js", "=> apply(", "=> new Promise(() => {}) ?? apply(");
    },
    args: [...PLAN, "--connect-timeout", "300ms"],
    code: "boot-failed",
    says: /0\.1\.0 in .* does not start.*it has not started in 300 ms/,
  },
  "an application that doesn't start": {
    how: (root) => {
      root.edit("lib/counter-0.1.0/ebin/counter_app.js", "=> apply(", '=> atom("no") || apply(');
    },
    code: "boot-failed",
    says: /application counter did not start: .*bad_return/,
  },
};

/** Valid manifests of which no upgrade can be made: exit code 3. */
const REFUSED: Record<string, Broken> = {
  "the version that runs": {
    how: nothing,
    args: ["apply", "0.1.0", "--root", "ROOT"],
    code: "already-installed",
    says: /counter 0\.1\.0 is what the node runs already/,
  },
  "an appup without an entry for the running version": {
    how: (root) => {
      root.edit(APPUP, 'version: "0.1.0"', 'version: "0.0.9"');
    },
    code: "no-upgrade-path",
    says: /counter\.appup\.yaml:1:6: error: .* no entry to upgrade from 0\.1\.0.*entries for 0\.0\.9/,
  },
  "no appup": {
    how: (root) => {
      root.remove(APPUP);
    },
    code: "appup-missing",
    says: /counter changes between 0\.1\.0 and 0\.2\.0, but has no appup/,
  },
  "no appup, of an application alone": {
    how: (root) => {
      root.remove(APPUP);
    },
    args: ["plan", "--app", "ROOT/lib/counter-0.2.0", "--root", "ROOT"],
    code: "no-upgrade-path",
    says: /no way from counter 0\.1\.0 to 0\.2\.0.*There is no counter\.appup in/,
  },
  "an application that doesn't run": {
    how: (root) => {
      root.write(
        "other/ebin/other.app.yaml",
        root.read(`${COUNTER_020}/counter.app.yaml`).replace("name: counter", "name: other"),
      );
    },
    args: ["plan", "--app", "ROOT/other", "--root", "ROOT"],
    code: "application-not-running",
    says: /the application other doesn't run on relupctl@embedded.*It runs counter, sasl, stdlib, kernel/,
  },
};

/** Upgrades that would go wrong on the node as it is: a finding, and exit code 3. */
const FOUND: Record<string, Broken> = {
  "a module that throws while it is loaded": {
    how: (root) => {
      root.edit(CODE, "exports.vsn", 'throw new Error("no luck"); exports.vsn');
    },
    code: "module-missing",
    says: /its object code can't be read.*can't make code of .*counter\.js: .* fails while it is loaded/,
  },
  "a module without a file": {
    how: (root) => {
      root.remove(CODE);
    },
    code: "module-missing",
    says: /counter has no object code for it.*There is no file .*counter-0\.2\.0\/ebin\/counter\.js/,
  },
  "no code_change": {
    how: (root) => {
      root.edit(CODE, "exports.code_change =", "const unused =");
    },
    code: "code-change-missing",
    says: /counter exports no code_change, but the upgrade calls it on a process/,
  },
  "a supervisor that is declared a worker": {
    how: (root) => {
      groupChildren(root, "worker");
    },
    code: "hidden-subtree",
    says: /counter_group .* is a supervisor, but .* a worker.*counter_sup .* Below it counter \(<0\.\d+\.0>\) runs a module/,
  },
  "a process that no supervisor has": {
    how: (root) => {
      root.edit(
        "lib/counter-0.1.0/ebin/counter_app.js",
        '=> apply(atom("counter_sup"), atom("start_link"), []);',
        '=> { apply(atom("gen_server"), atom("start"), [atom("counter"), atom("x"), nil]); return apply(atom("counter_sup"), atom("start_link"), []); };\nconst { nil } = require("relupctl/runtime");',
      );
    },
    code: "unsupervised-process",
    says: /a process outside every supervision tree would be missed.*Start it under a supervisor/,
  },
  "a process that doesn't answer": {
    how: (root) => {
      root.edit(
        "lib/counter-0.1.0/ebin/counter.js",
        '    ? tuple(atom("reply"), next, next + 1)',
        "    ? new Promise(() => {})",
      );
    },
    args: [...PLAN, "--timeout", "2s"],
    code: "process-not-responding",
    says: /counter \(<0\.\d+\.0>\) doesn't answer system messages/,
  },
  "a relup that restarts the emulator": {
    how: (root) => {
      root.write("releases/0.2.0/relup", relupOf("restart_emulator"));
    },
    code: "restarts-emulator",
    says: /restart_emulator can't be undone.*OTP itself carries such an upgrade across the restart/,
  },
};

/** Runs the command line on the broken root, as a program with --json and here for people. */
async function run<Schema extends z.ZodType>(broken: Broken, json: Schema) {
  using root = copyRoot(broken.root ?? "counter");
  broken.how(root);
  const args = (broken.args ?? PLAN).map((argument) => argument.replace("ROOT", root.path));
  const [document, said] = await Promise.all([relupctlJson(args, json), runMain(args)]);
  return { document, said };
}

describe.each([
  ["invalid", 2, INVALID],
  ["refused", 3, REFUSED],
] as const)("%s, with exit code %i:", (_name, exitCode, cases) => {
  it.each(Object.entries(cases))("%s", async (_title, broken) => {
    const command = (broken.args ?? PLAN)[0]!;
    const { document, said } = await run(broken, failureDocument(command));
    expect(document).toMatchObject({ code: exitCode, stderr: "", document: { error: { code: broken.code } } });
    expect(said).toMatchObject({ code: exitCode, out: "" });
    expect(unwrapped(said.err)).toMatch(broken.says);
    expect(said.err).toContain(`[${broken.code}]`);
  });
});

describe("found, with exit code 3:", () => {
  it.each(Object.entries(FOUND))("%s", async (_title, broken) => {
    const { document, said } = await run(broken, planDocument);
    expect(document).toMatchObject({ code: 3, stderr: "", document: { ok: false } });
    expect(document.document.findings.map(({ code }) => code)).toContain(broken.code);
    expect(said).toMatchObject({ code: 3, err: "" });
    expect(unwrapped(said.out)).toMatch(broken.says);
    expect(unwrapped(said.out)).toMatch(new RegExp(`error: [^[]* \\[${broken.code}\\]`));
  });
});

describe("modules that depend on each other (DepMods)", () => {
  it("are suspended and resumed together, as systools_rc has it", async () => {
    using root = copyRoot("counter");
    const change = "change: { advanced: [] }\n";
    root.edit(
      APPUP,
      change,
      `${change}        depMods: [counter_client]\n      - update: counter_client\n        depMods: [counter]\n`,
    );
    const { code, document } = await relupctlJson(["plan", "0.2.0", "--root", root.path], planDocument);
    expect(code).toBe(0);
    const steps = document.steps.map(({ instruction, modules }) => [instruction, modules.toSorted()]);
    expect(steps.slice(2)).toEqual([
      ["suspend", ["counter", "counter_client"]],
      ["load", ["counter_client"]],
      ["load", ["counter"]],
      ["code_change", ["counter"]],
      ["resume", ["counter", "counter_client"]],
    ]);
  });
});
