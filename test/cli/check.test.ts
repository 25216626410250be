import { describe, expect, it } from "vitest";
import { checkDocument, failureDocument } from "./support/documents.js";
import { copyRoot, COUNTER_020, needEachOther, TemporaryFolder } from "./support/root.js";
import { COUNTER, relupctl, relupctlJson, STORE } from "./support/run.js";

describe("check", () => {
  it("finds nothing in the demo releases", async () => {
    const { code, stdout, stderr } = await relupctl(["check", COUNTER, `${STORE}/`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ok: \d+ files, nothing found\n$/);
    const { document } = await relupctlJson(["check", COUNTER], checkDocument);
    expect(document).toMatchObject({ ok: true, findings: [] });
    expect(document.files).toContain(`${COUNTER}/${COUNTER_020}/counter.appup.yaml`);
  });

  it("tells every fault at its place, with the line and a caret, and exits with 2", async () => {
    using folder = new TemporaryFolder();
    folder.write("shop.rel", '{release, {"shop", 1}, {erts, "13.1.5"}, [{kernel "8.5.3"}]}.\n');
    folder.write(
      "shop.appup.yaml",
      'vsn: "2"\nupFrom:\n  - version: "1"\n    instructions:\n      - updat: shop\ndownTo: []\n',
    );
    const { code, stdout, stderr } = await relupctl(["check", "shop.rel", "shop.appup.yaml"], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(stdout).toContain("shop.rel:1:51: error: ");
    expect(stdout).toContain("shop.appup.yaml:5:9: error: ");
    expect(stdout).toMatch(/^5 \| {7}- updat: shop\n {2}\| {9}\^{5}$/m);
    expect(stdout).toContain("What to do: Did you mean update?");
    expect(stdout).toMatch(/^2 files: 2 errors, 0 warnings\n$/m);

    const { document } = await relupctlJson(["check", folder.at("shop.appup.yaml")], checkDocument);
    expect(document.ok).toBe(false);
    expect(document.findings).toMatchObject([
      { severity: "error", file: folder.at("shop.appup.yaml"), line: 5, column: 9, endLine: 5, endColumn: 14 },
    ]);
  });

  it("tells of a path that is nothing to check", async () => {
    const { code, stdout, stderr } = await relupctl(["check", "/nowhere", COUNTER]);
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(/error: \/nowhere is nothing that can be checked \[nothing-to-check\]/);
    const { document } = await relupctlJson(["check", "/nowhere"], failureDocument("check"));
    expect(document.error.code).toBe("nothing-to-check");
  });

  it("passes over what is allowed, fails on warnings with --strict, and writes annotations for a workflow", async () => {
    using root = copyRoot("store");
    const appup = "lib/my_store-2.0.0/ebin/my_store.appup";
    // An error, and a warning.
    root.edit(appup, '[{"1.0.1",', '[{"0.9.9",');
    root.write(appup, `${root.read(appup)}{"1.0.0", [], []}.\n`);
    const check = (...options: string[]) => relupctl(["check", root.path, ...options]);
    const found = await relupctlJson(["check", root.path], checkDocument);
    const errors = found.document.findings.filter(({ severity }) => severity === "error");
    const warnings = found.document.findings.filter(({ severity }) => severity === "warning");
    expect(errors.length).toBeGreaterThan(0);
    expect(warnings.length).toBeGreaterThan(0);
    expect(found.code).toBe(2);
    const codes = (from: typeof errors) => [...new Set(from.map(({ code }) => code))].join(",");
    const [allowed, strict, annotated] = await Promise.all([
      check("--allow", codes(errors)),
      check("--allow", codes(errors), "--strict"),
      check("--format", "github"),
    ]);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain(`, ${errors.length} allowed\n`);
    expect(strict.code).toBe(2);
    expect(annotated.code).toBe(2);
    expect(annotated.stdout).toMatch(/^::error file=.*my_store\.appup,line=\d+,/m);
  });

  it("sees what is only wrong in the whole: two forms of a manifest, applications that need each other", async () => {
    using root = copyRoot("counter");
    root.write(`${COUNTER_020}/counter.app`, "{application, counter, []}.");
    using cyclic = copyRoot("store");
    needEachOther(cyclic);
    const [forms, cycle] = await Promise.all([
      relupctlJson(["check", root.path], checkDocument),
      relupctlJson(["check", cyclic.path], checkDocument),
    ]);
    expect(forms.code).toBe(2);
    expect(forms.document.findings.map(({ code }) => code)).toContain("two-forms");
    expect(cycle.code).toBe(2);
    expect(cycle.document.findings.map(({ code }) => code)).toContain("circular-dependency");
  });
});
