import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { copyRoot, diesOnceChanged, TemporaryFolder } from "./support/root.js";
import { COUNTER, unwrapped } from "./support/run.js";

const rel = (vsn: string, others: string): string => `name: counter
vsn: "${vsn}"
erts: "13.1.5"
applications:
  - { name: kernel, vsn: "8.5.3" }
  - { name: stdlib, vsn: "4.2" }
  - { name: sasl, vsn: "4.2" }
  - { name: counter, vsn: "${vsn}" }
${others}`;
const library = (name: string, vsn: string): string =>
  `name: ${name}\ndescription: ""\nvsn: "${vsn}"\nmodules: []\nregistered: []\napplications: [kernel, stdlib]\n`;

interface Release {
  readonly vsn: string;
  readonly status: string | null;
  readonly running: boolean;
  readonly bootsNext: boolean;
}

describe("the life of a release on the embedded node", () => {
  let folder: TemporaryFolder;
  let root: TemporaryFolder;
  let content: string;

  const run = (...args: readonly string[]) => runMain([...args, "--root", root.path]);
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run(...args, "--json")).out) as Record<string, unknown>;
  const apply = async (...args: readonly string[]) => {
    const said = await run(...args, "--journal", folder.at("journal"), "--json");
    return { code: said.code, document: applyDocument.parse(JSON.parse(said.out)) };
  };
  const versions = async (...args: readonly string[]): Promise<string[]> => {
    const { releases } = (await json("versions", ...args)) as unknown as { readonly releases: readonly Release[] };
    return releases.map(({ vsn, status, running, bootsNext }) => {
      return `${vsn} ${status ?? "-"}${running ? " running" : ""}${bootsNext ? " next" : ""}`;
    });
  };
  const errorOf = async (...args: readonly string[]): Promise<string> => {
    const { code, out } = await run(...args, "--json");
    return `${code} ${(JSON.parse(out) as { readonly error: { readonly code: string } }).error.code}`;
  };
  let serial = 0;
  /** A package of the second release, with something changed in it. */
  const packed = (change: (directory: string) => void = () => undefined): string => {
    const directory = folder.at(`content-${++serial}`);
    cpSync(content, directory, { recursive: true });
    change(directory);
    execFileSync("tar", ["-czf", folder.at(`counter-${serial}.tar.gz`), "-C", directory, "."]);
    return folder.at(`counter-${serial}.tar.gz`);
  };

  beforeAll(() => {
    folder = new TemporaryFolder();
    root = copyRoot("counter");
    for (const vsn of ["0.2.0", "0.3.0"]) {
      root.remove(`lib/counter-${vsn}`);
      root.remove(`releases/${vsn}`);
    }
    root.write("releases/0.1.0/counter.rel.yaml", rel("0.1.0", '  - { name: leaflet, vsn: "1.0.0" }\n'));
    root.write("releases/0.1.0/sys.config", '[{counter, [{greeting, "hello"}]}].\n');
    root.write("lib/leaflet-1.0.0/ebin/leaflet.app.yaml", library("leaflet", "1.0.0"));
    content = folder.at("content");
    cpSync(join(COUNTER, "lib/counter-0.2.0"), join(content, "lib/counter-0.2.0"), { recursive: true });
    folder.write("content/releases/0.2.0/counter.rel.yaml", rel("0.2.0", '  - { name: ledger, vsn: "0.1.0" }\n'));
    folder.write("content/releases/0.2.0/sys.config", '[{counter, [{greeting, "welcome"}]}].\n');
    folder.write("content/lib/ledger-0.1.0/ebin/ledger.app.yaml", library("ledger", "0.1.0"));
  });
  afterAll(() => {
    root[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  it("begins without an account, and looking makes none", async () => {
    const { code, out } = await run("releases");
    expect(code).toBe(0);
    expect(unwrapped(out)).toContain("* counter 0.1.0 permanent erts 13.1.5 running, booted by a start");
    expect(unwrapped(out)).toContain("There is no file RELEASES; it is made by the first command that needs it.");
    expect(existsSync(root.at("releases/RELEASES"))).toBe(false);
  });

  it("refuses packages that are none, cut, of another release, not whole, or that lead elsewhere", async () => {
    const cut = packed();
    writeFileSync(cut, readFileSync(cut).subarray(0, 700));
    const edit = (file: string, what: string, by: string) => (directory: string) => {
      const path = join(directory, file);
      writeFileSync(path, readFileSync(path, "utf8").replace(what, by));
    };
    const removed = (file: string) => (directory: string) => {
      rmSync(join(directory, file));
    };
    const manifest = "releases/0.2.0/counter.rel.yaml";
    const module = "lib/counter-0.2.0/ebin/counter.js";
    expect(await errorOf("unpack", folder.at("none.tar.gz"))).toBe("2 package-not-found");
    expect(await errorOf("unpack", cut)).toBe("2 tar-cut");
    expect(await errorOf("unpack", packed(edit(manifest, "name: counter\nvsn", "name: other\nvsn")))).toBe(
      "3 release-name-mismatch",
    );
    expect(await errorOf("unpack", packed(removed(module)))).toBe("2 module-missing");
    expect(await errorOf("unpack", packed(removed("lib/ledger-0.1.0/ebin/ledger.app.yaml")))).toBe(
      "2 application-not-found",
    );
    expect(await errorOf("unpack", packed(edit(module, "exports", "}")))).toBe("3 code-not-loadable");
    const link = packed((directory) => {
      symlinkSync("/etc", join(directory, "lib/etc"));
    });
    expect(await errorOf("unpack", link)).toBe("2 tar-entry-refused");
    expect(await errorOf("remove", "9.9")).toBe("2 release-not-found");
    expect(await errorOf("commit", "9.9")).toBe("2 release-not-found");
    expect(await errorOf("apply", "0.1.0")).toBe("3 already-installed");
    expect(existsSync(root.at("releases/RELEASES"))).toBe(false);
    expect(existsSync(root.at("lib/ledger-0.1.0"))).toBe(false);
  });

  it("unpacks a package, and a plan shows what it brings", async () => {
    expect(await json("unpack", packed(), "--dry-run")).toMatchObject({ ok: true, result: "checked" });
    expect(existsSync(root.at("lib/ledger-0.1.0"))).toBe(false);
    const unpacked = await json("unpack", packed());
    expect(unpacked).toMatchObject({ result: "unpacked", newLibraries: ["counter-0.2.0", "ledger-0.1.0"] });
    expect(await json("unpack", packed())).toMatchObject({ result: "unchanged" });
    expect(await versions()).toEqual(["0.1.0 permanent running next", "0.2.0 unpacked"]);
    const { code, out } = await run("plan", "0.2.0");
    expect(code).toBe(0);
    expect(out).toMatch(/application:start\(ledger, /);
    expect(out).toContain('+ counter greeting "welcome"');
  });

  it("is upgraded without a trace in the root, unless it is committed", async () => {
    expect(await apply("apply", "0.2.0")).toMatchObject({ code: 0, document: { result: "upgraded" } });
    expect(await versions()).toEqual(["0.1.0 permanent running next", "0.2.0 unpacked"]);
    expect(existsSync(root.at("releases/start_erl.data"))).toBe(false);
    const before = root.read("releases/RELEASES");
    root.remove("releases/RELEASES");
    expect(await apply("apply", "0.2.0")).toMatchObject({ code: 0, document: { result: "upgraded" } });
    expect(existsSync(root.at("releases/RELEASES"))).toBe(false);
    root.write("releases/RELEASES", before);
  });

  it("is upgraded under traffic and committed: no answer is lost, and the next command boots it", async () => {
    const { code, document } = await apply("apply", "0.2.0", "--commit");
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", releaseStatus: "current", commit: { result: "committed" } });
    const traffic = document.states?.find(({ registeredName }) => registeredName === "counter_client")?.after ?? "";
    const [, answers, calls] = /answers => (\d+),calls => (\d+),.*repeated => 0,skipped => 0/.exec(traffic) ?? [];
    expect(Number(answers)).toBeGreaterThan(0);
    expect(answers).toBe(calls);
    expect(root.read("releases/start_erl.data")).toBe("13.1.5 0.2.0");
    expect(await versions()).toEqual(["0.1.0 old", "0.2.0 permanent running next"]);
    expect(await errorOf("remove", "0.2.0")).toBe("3 release-in-use");
  });

  it("goes down again, and is removed with what nothing else needs", async () => {
    const { code, document } = await apply("downgrade", "0.1.0", "--commit", "--soak", "200ms");
    expect(code).toBe(0);
    expect(document).toMatchObject({
      result: "upgraded",
      direction: "down",
      soak: { problems: [] },
      commit: { result: "committed" },
    });
    expect(await versions()).toEqual(["0.1.0 permanent running next", "0.2.0 old"]);
    const { err } = await run("remove", "0.2.0");
    expect(unwrapped(err)).toContain("Deletes 3 directories:");
    for (const gone of ["lib/counter-0.2.0", "lib/ledger-0.1.0", "releases/0.2.0"]) {
      expect(existsSync(root.at(gone))).toBe(false);
    }
    expect(existsSync(root.at("lib/counter-0.1.0"))).toBe(true);
    expect(await versions()).toEqual(["0.1.0 permanent running next"]);
  });

  it("is not committed where something has ended since the last step", async () => {
    const dies = packed((directory) => {
      const path = join(directory, "lib/counter-0.2.0/ebin/counter.js");
      writeFileSync(path, diesOnceChanged(readFileSync(path, "utf8")));
    });
    await run("unpack", dies);
    const { code, document } = await apply("apply", "0.2.0", "--soak", "500ms", "--commit");
    expect(code).toBe(5);
    expect(document).toMatchObject({
      result: "upgraded",
      soak: {
        problems: [{ code: "process-ended", detail: expect.stringMatching(/counter \(<0\.\d+\.0>\) is /) as string }],
      },
      commit: { result: "failed", problems: [{ code: "not-committed" }] },
    });
    expect(await versions()).toEqual(["0.1.0 permanent running next", "0.2.0 unpacked"]);
    const said = await run("apply", "0.2.0", "--soak", "500ms", "--commit", "--journal", folder.at("journal"));
    expect(said.code).toBe(5);
    expect(unwrapped(said.out)).toContain("processes that the upgrade had to do with have ended since the last step");
    await run("remove", "0.2.0");
  });

  it("is committed where --boot names it", async () => {
    await run("unpack", packed());
    expect(await versions("--boot", "0.2.0")).toEqual(["0.1.0 permanent next", "0.2.0 current running"]);
    expect(await json("commit", "--boot", "0.2.0")).toMatchObject({ result: "committed", bootedBefore: "0.1.0" });
    expect(await versions()).toEqual(["0.1.0 old", "0.2.0 permanent running next"]);
  });
});
