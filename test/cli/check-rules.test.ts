import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { annotation } from "../../src/cli/views/github.js";
import { SourceText } from "../../src/terms/source-text.js";
import { appupText, inShop, shop, shopRelease } from "../release/rules/support.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { compileModule, serverSource } from "../release/rules/compile.js";
import { writeFileSync } from "node:fs";
import { checkDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { TemporaryFolder } from "./support/root.js";
import { oneDocument, relupctl } from "./support/run.js";

const before = process.cwd();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
  process.chdir(folder.path);
});
afterEach(() => {
  process.chdir(before);
  folder[Symbol.dispose]();
});

const write = (files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [file, content] of Object.entries(files)) {
    folder.write(file, "");
    writeFileSync(folder.at(file), content);
  }
};
/** Runs check in this process, from the folder. */
async function run(...args: string[]) {
  const { code, out, err } = await runMain(["check", ...args]);
  return { code, stdout: out, stderr: err };
}
const findings = async (...args: string[]) =>
  oneDocument((await run(...args, "--json")).stdout, checkDocument).findings;

describe("check, on how manifests fit together", () => {
  const update = "{update, shop, {advanced, []}}";

  it("shows a finding with its place, line, reason and remedy", async () => {
    write(shop("2", appupText("2", '[{"1", [{update, shpo}]}]', '[{"1", []}]')));
    const { code, stdout, stderr } = await relupctl(["check", "root/lib/shop-2"], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(stdout).toBe(
      [
        `${inShop("2", "shop.appup")}:2:19: error: update of shpo, which shop 2 doesn't have [module-missing]`,
        '2 |  [{"1", [{update, shpo}]}],',
        "  |                   ^^^^",
        "  root/lib/shop-2/ebin/shop.app doesn't list it, and there is no file of it.",
        "  What to do: Did you mean shop?",
        "",
        "2 files: 1 error, 0 warnings",
        "",
      ].join("\n"),
    );
  });

  it("looks at a whole root: versions without an entry, modules that no instruction names, a sys.config", async () => {
    write({
      ...shop("1", undefined, {}, { "shop.js": "1" }),
      ...shop("2", appupText("2", '[{"1", [{add_application, bank}]}]', '[{"1", []}]'), {}, { "shop.js": "2" }),
      ...shop("3", appupText("3", '[{"1", [{load_module, shop}]}]'), {}, { "shop.js": "3" }),
      ...shopRelease("1"),
      ...shopRelease("2"),
      ...shopRelease("3"),
      "root/releases/3/sys.config": "[{shop, [{price, fun(X) -> X end}]}].",
    });
    const found = await findings("root");
    expect(found.map(({ code, severity, file, line }) => `${severity} ${code} ${file}:${line}`)).toEqual([
      `warning module-without-instruction ${inShop("2", "shop.appup")}:2`,
      `error no-upgrade-path ${inShop("3", "shop.appup")}:1`,
      `warning no-downgrade-path ${inShop("3", "shop.appup")}:2`,
      "error sys-config-holds-fun root/releases/3/sys.config:1",
    ]);
    for (const { hint, column, endColumn } of found) {
      expect(hint).not.toBeNull();
      expect(endColumn).toBeGreaterThan(column!);
    }
  });

  it("also judges instructions by a trial translation", async () => {
    write(shop("2", appupText("2", `[{"1", [${update}, {load_module, shop}]}]`, '[{"1", []}]')));
    expect((await findings("root/lib/shop-2")).map(({ code }) => code)).toEqual(["module-defined-twice"]);
  });

  it("fails on warnings with --strict, and passes over what is allowed", async () => {
    write(shop("2", appupText("2", '[{"1", [{load_module, shop}]}]')));
    const path = "root/lib/shop-2";
    expect((await run(path)).code).toBe(0);
    expect((await run(path, "--strict")).code).toBe(2);
    const allowed = await run(path, "--strict", "--allow", "no-downgrade-path,vsn-not-set");
    expect(allowed).toMatchObject({ code: 0, stdout: "ok: 2 files, nothing found, 1 allowed\n" });
    expect(await findings(path, "--allow", "no-downgrade-path")).toMatchObject([{ allowed: true }]);
    const unknown = await run(path, "--allow", "no-downgrad-path");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("There is no finding no-downgrad-path");
  });

  it("writes annotations for a workflow, with paths from the working directory", async () => {
    write(shop("2", appupText("1.9", '[{"1", []}]', '[{"1", []}]')));
    const args = ["check", folder.at("root/lib/shop-2"), "--format", "github"];
    const { code, stdout } = await relupctl(args, { cwd: folder.path });
    expect(code).toBe(2);
    const [line, verdict] = stdout.split("\n");
    expect(line).toMatch(
      /^::error file=root\/lib\/shop-2\/ebin\/shop\.appup,line=1,col=2,endColumn=7,title=appup-version-mismatch::the appup is for version 1\.9, /,
    );
    expect(line).toContain("%0AWhat to do: ");
    expect(verdict).toBe("2 files: 1 error, 0 warnings");
    expect((await run("root/lib/shop-2", "--format", "github", "--json")).code).toBe(1);
  });
});

describe("an annotation", () => {
  const span = (from: string, to: string) => {
    const text = "first\nsecond: 100%, third\nfourth\n";
    return new SourceText(text, "/top/a,b: 50%/x.app").span(text.indexOf(from), text.indexOf(to) + to.length);
  };

  it("has everything that would end a part of it escaped", () => {
    const problem = { code: "a-code", severity: "warning", summary: "100%: one,\r\ntwo" } as const;
    expect(annotation({ ...problem, span: span("second", "second") }, "/top")).toBe(
      "::warning file=a%2Cb%3A 50%25/x.app,line=2,col=1,endColumn=7,title=a-code::100%25: one,%0D%0Atwo",
    );
  });

  it("has no columns where it spans lines, no place where there is none, and keeps a file from elsewhere", () => {
    const problem = { code: "a-code", severity: "info", summary: "so", detail: "why", hint: "do" } as const;
    expect(annotation({ ...problem, span: span("second", "fourth") }, "/top/a,b: 50%")).toBe(
      "::notice file=x.app,line=2,endLine=3,title=a-code::so%0Awhy%0AWhat to do: do",
    );
    expect(annotation(problem, "/top")).toBe("::notice title=a-code::so%0Awhy%0AWhat to do: do");
    expect(annotation({ ...problem, span: span("first", "first") }, "/other")).toContain(
      "file=/top/a%2Cb%3A 50%25/x.app,",
    );
  });
});

describeErlang("check, on compiled modules", () => {
  const oracle = useOracle();
  const advanced = appupText("2", '[{"1", [{update, shop, {advanced, []}}]}]', '[{"1", []}]');

  it("reads exports, vsn and clauses of code_change from real object code", async () => {
    const without = await compileModule(oracle, serverSource("", undefined));
    write({ ...shop("2", advanced, {}, { "shop.beam": without }) });
    expect(await findings("root/lib/shop-2")).toMatchObject([
      { code: "code-change-missing", severity: "error", line: 2 },
    ]);
    const matching = await compileModule(oracle, serverSource('-vsn("2").', 'code_change("1", S, _) -> {ok, S}.'));
    write({ ...shop("1", undefined, {}, { "shop.beam": without }), [inShop("2", "shop.beam")]: matching });
    expect(await findings("root/lib")).toMatchObject([{ code: "vsn-not-set", severity: "warning", line: 2 }]);
    write({ [inShop("1", "shop.beam")]: await compileModule(oracle, serverSource('-vsn("1.0").', undefined)) });
    expect(await findings("root/lib")).toMatchObject([{ code: "vsn-not-matched", severity: "error", line: 2 }]);
  });
});
