import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runMain, type Said } from "./support/in-process.js";
import { REPOSITORY } from "./support/run.js";

const root = (name: string): string => join(REPOSITORY, "releases", name);
const doctor = (...args: string[]): Promise<Said> => runMain(["doctor", ...args]);
const STORE = ["--root", root("store")];
const COUNTER = ["--root", root("counter")];

interface Document {
  readonly schema: string;
  readonly ok: boolean;
  readonly upgrade: object | null;
  readonly findings: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly code: string };
}

const documentOf = async (...args: string[]): Promise<Document> =>
  JSON.parse((await doctor(...args, "--json")).out) as Document;

describe("doctor on the embedded node", () => {
  it("finds nothing on a healthy one, with and without an upgrade", async () => {
    const said = await doctor(...COUNTER);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/^relupctl@embedded: looked at \d+ processes\n\nok: nothing found\n$/);
    expect((await doctor("0.2.0", ...COUNTER)).out).toContain(", and counter 0.1.0 -> 0.2.0\n\nok: nothing found");
    expect((await doctor("2.0.0", "--boot", "1.0.1", ...STORE)).code).toBe(0);
  });

  it("finds the child specification that names the wrong module, and says what to write", async () => {
    const { code, out } = await doctor(...STORE);
    expect(code).toBe(3);
    expect(out).toContain("run\n  Elixir.MyStore.Server, but the child specification doesn't say so");
    expect(out).toContain("modules: [MyStore.Server]}");
    expect(out).toMatch(/1 error, 0 warnings\. relupctl explain callback-not-declared says more\.\n$/);
    expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  it("prints the findings as JSON, with the upgrade where one was named", async () => {
    const { schema, ok, findings, upgrade } = await documentOf(...STORE);
    expect({ schema, ok, upgrade }).toEqual({ schema: "relupctl/doctor@1", ok: false, upgrade: null });
    expect(findings).toHaveLength(1);
    expect(Object.keys(findings[0]!)).toEqual([
      ...["code", "severity", "summary", "detail", "hint", "module", "pids", "allowed"],
    ]);
    expect(findings[0]).toMatchObject({
      code: "callback-not-declared",
      severity: "error",
      module: "Elixir.MyStore.Server",
      allowed: false,
    });
    expect(findings[0]?.["pids"]).toHaveLength(3);
    const ofUpgrade = await documentOf("2.0.0", ...STORE);
    expect(ofUpgrade.upgrade).toEqual({ name: "store", from: "1.0.0", to: "2.0.0" });
    expect(ofUpgrade.findings).toHaveLength(1);
  });

  it("passes over what is allowed, counts it, and marks it", async () => {
    const { code, out } = await doctor("--allow", "callback-not-declared", ...STORE);
    expect(code).toBe(0);
    expect(out).toContain("ok: nothing found, 1 allowed");
    const { findings } = await documentOf("--allow", "callback-not-declared", ...STORE);
    expect(findings).toMatchObject([{ allowed: true }]);
  });

  it("takes the fault of an upgrade's manifests for a finding, and a release that isn't there for none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relupctl-doctor-"));
    try {
      await cp(root("counter"), folder, { recursive: true });
      await rm(join(folder, "lib/counter-0.2.0/ebin/counter.appup.yaml"), { force: true });
      await rm(join(folder, "lib/counter-0.2.0/ebin/counter.appup"), { force: true });
      const { findings } = await documentOf("0.2.0", "--root", folder);
      expect(findings).toMatchObject([{ severity: "error" }]);
      expect((await doctor("0.2.0", "--root", folder)).code).toBe(3);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect((await doctor("9.9.9", ...COUNTER)).code).toBe(2);
    expect((await documentOf("9.9.9", ...COUNTER)).error?.code).toBe("release-not-found");
    expect((await doctor("0.1.0", ...COUNTER)).code).toBe(3);
  });

  it("refuses what is no code, and what can't be had together", async () => {
    expect((await doctor("--allow", "No Code", ...COUNTER)).code).toBe(1);
    expect((await doctor("0.2.0", "--app", "lib/counter-0.2.0", ...COUNTER)).code).toBe(1);
  });
});
