import { execFile } from "node:child_process";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import type { Target } from "../../../src/target/target.js";
import type { Finding } from "../../../src/upgrade/finding.js";
import { startRelease } from "../../support/built-release.js";
import { connectTo } from "../../support/connect.js";
import { describeElixir, describeRebar3 } from "../../support/erlang.js";
import { buildMixRelease, startMixRelease, type MixRelease } from "../../support/mix-release.js";
import type { PeerNode } from "../../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../../support/rebar-release.js";
import { findingsOf, only } from "./support.js";

const run = promisify(execFile);

describeRebar3("doctor on a release that rebar3 made", () => {
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    release = await buildRebarRelease();
    root = await release.copy("doctor");
    // The package says of itself that it is what a start boots.
    const kept = ["releases/start_erl.data", "releases/RELEASES"].map((file) => `--exclude=${file}`);
    await run("tar", ["xzf", release.tarballs["2.0.0"], "-C", root, ...kept]);
    node = await startRelease(root, "1.0.0");
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  const upgrade = (): Promise<readonly Finding<string>[]> =>
    findingsOf(target, { prepare: () => readReleaseUpgrade(target, "2.0.0", { timeoutMs: 30_000 }) });

  /** Changes a file of the root for the time of the work. */
  async function changed(file: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
    const before = await readFile(join(root, file), "utf8");
    await writeFile(join(root, file), change(before));
    try {
      await work();
    } finally {
      await writeFile(join(root, file), before);
    }
  }

  it("finds nothing in a plain one", async () => {
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });

  it("sys-config-changed: shows what the upgrade changes, and no secrets", async () => {
    const finding = only(await upgrade(), "sys-config-changed");
    expect(finding.severity).toBe("info");
    expect(finding.detail.split("\n")).toEqual([
      "+ shop currency eur",
      "- shop discount 0",
      '- shop greeting "hello"',
      '+ shop greeting "welcome"',
    ]);
    await changed(
      "releases/2.0.0/sys.config",
      (text) => text.replace("{currency, eur}", '{db_password, "x1"}'),
      async () => {
        const { detail } = only(await upgrade(), "sys-config-changed");
        expect(detail).toContain("+ shop db_password (not shown)");
        expect(detail).not.toContain("x1");
      },
    );
  });

  it("sys-config-invalid: OTP would take it for an empty one", async () => {
    await changed(
      "releases/2.0.0/sys.config",
      () => "[{shop, []}]\n",
      async () => {
        const findings = await upgrade();
        expect(findings.map(({ severity }) => severity)).toEqual(["error"]);
        expect(findings[0]?.summary).toContain("releases/2.0.0/sys.config:");
      },
    );
  });

  it("otp-mismatch: the release asks for another ERTS, and its relup doesn't restart", async () => {
    const relup = join(root, "releases/2.0.0/relup");
    await writeFile(relup, '{"2.0.0", [{"1.0.0", [], [point_of_no_return]}], []}.\n');
    const erts = (text: string): string => text.replace(/\{erts,\s*"[^"]*"\}/, '{erts,"99.0"}');
    await changed("releases/2.0.0/shopd.rel", erts, async () => {
      const findings = (await upgrade()).filter(({ code }) => code === "otp-mismatch");
      expect(findings).toMatchObject([{ severity: "error" }]);
      expect(findings[0]?.summary).toContain("is for ERTS 99.0");
    });
    expect((await upgrade()).filter(({ code }) => code === "otp-mismatch")).toEqual([]);
    await run("rm", [relup]);
  });

  it("application-version-mismatch: the release has another version than what is loaded", async () => {
    const version = (text: string): string => text.replace(/\{wares,\s*"1.0.0"/, '{wares,"1.0.7"');
    await changed("releases/1.0.0/shopd.rel", version, async () => {
      expect(only(await findingsOf(target), "application-version-mismatch").summary).toBe(
        "wares is loaded in version 1.0.0, but the release shopd 1.0.0 has 1.0.7",
      );
    });
    expect(await findingsOf(target)).toEqual([]);
  });

  it("not-writable: where the node may not write what a release handler notes", async () => {
    const readOnly = await release.copy("read-only");
    await run("cp", ["-r", join(root, "releases/2.0.0"), join(readOnly, "releases/2.0.0")]);
    await run("cp", [
      "-r",
      ...["shop-2.0.0", "wares-1.1.0", "ledger-0.1.0"].map((lib) => join(root, "lib", lib)),
      join(readOnly, "lib"),
    ]);
    const places = ["releases", "releases/RELEASES", "releases/start_erl.data", "lib"].map((name) =>
      join(readOnly, name),
    );
    await run("chmod", ["a-w", ...places]);
    // No mode keeps root from writing, so the node is another user then.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await run("chmod", ["a+x", join(readOnly, "..")]);
    const script = 'chown -R nobody "$HOME" && exec setpriv --reuid=nobody --clear-groups "$@"';
    const prefix = isRoot ? ["sh", "-c", script, "sh"] : [];
    try {
      await using other = await startRelease(readOnly, "1.0.0", { prefix });
      await using its = await connectTo(other);
      const prepare = () => readReleaseUpgrade(its, "2.0.0", { timeoutMs: 30_000 });
      const found = await findingsOf(its, { prepare });
      expect(found.map(({ code, severity, summary }) => [code, severity, summary])).toEqual([
        ...places.map((place) => ["not-writable", "warning", `the node may not write ${place}`]),
        ["sys-config-changed", "info", expect.any(String)],
      ]);
      // Of an upgrade of an application nothing is noted.
      const wares = () => readApplicationUpgrade(its, join(readOnly, "lib/wares-1.1.0"));
      expect(await findingsOf(its, { prepare: wares })).toEqual([]);
    } finally {
      await run("chmod", ["u+w", ...places]);
    }
  });

  it("module-not-in-app: a relup loads a module that the .app doesn't list", async () => {
    const relup = join(root, "releases/2.0.0/relup");
    const load =
      '{load_object_code, {wares, "1.1.0", [wares]}}, point_of_no_return, {load, {wares, brutal_purge, brutal_purge}}';
    await writeFile(relup, `{"2.0.0", [{"1.0.0", [], [${load}]}], []}.\n`);
    const notInApp = async () => (await upgrade()).filter(({ code }) => code === "module-not-in-app");
    const none = (text: string): string => text.replace(/\{modules,\s*\[wares\]\}/, "{modules,[]}");
    await changed("lib/wares-1.1.0/ebin/wares.app", none, async () => {
      expect(await notInApp()).toMatchObject([{ severity: "warning", module: "wares" }]);
    });
    expect(await notInApp()).toEqual([]);
    await run("rm", [relup]);
  });

  it("finds nothing after the upgrade either", async () => {
    const { execution } = await applyUpgrade(target, await readReleaseUpgrade(target, "2.0.0", { timeoutMs: 30_000 }));
    expect(execution?.outcome).toBe("upgraded");
    // But for what a crash would do before a commit.
    expect(only(await findingsOf(target, { states: true }), "boots-another-release")).toMatchObject({
      severity: "warning",
      summary: "shopd 2.0.0 runs, but a start would boot 1.0.0",
      hint: expect.stringContaining("relupctl commit 2.0.0") as string,
    });
    expect(await node.eval('release_handler:make_permanent("2.0.0")')).toBe("ok");
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });
});

describeElixir("doctor on a release that mix made", () => {
  let release: MixRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    release = await buildMixRelease();
    root = await release.copy("doctor");
    // The package says of itself that it is what a start boots.
    await run("tar", ["xzf", release.tarballs["0.2.0"], "-C", root, "--exclude=releases/start_erl.data"]);
    node = await startMixRelease(root, "0.1.0");
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  it("finds nothing in a plain one", async () => {
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });

  it("finds nothing wrong with an upgrade of the release, which loads the consolidated protocols too", async () => {
    const prepare = () => readReleaseUpgrade(target, "0.2.0", { timeoutMs: 30_000 });
    expect(only(await findingsOf(target, { prepare }), "sys-config-changed").severity).toBe("info");
  });

  it("consolidated-protocols: an upgrade of the application has an implementation that they don't know", async () => {
    const prepare = () => readApplicationUpgrade(target, join(root, "lib/shelf-0.2.0"), { timeoutMs: 30_000 });
    expect(only(await findingsOf(target, { prepare }), "consolidated-protocols")).toMatchObject({
      severity: "warning",
      module: "Elixir.String.Chars.Shelf.Item",
      hint: expect.stringContaining("relupctl swap DIR/consolidated/Elixir.String.Chars.beam") as string,
    });
  });

  it("consolidated-protocols: an appup loads the protocol itself, in the place of the consolidated one", async () => {
    const directory = join(root, "lib/shelf-0.2.0-protocol");
    await cp(join(root, "lib/shelf-0.2.0"), directory, { recursive: true });
    const elixir = join(
      root,
      "lib",
      (await readdir(join(root, "lib"))).find((name) => name.startsWith("elixir-"))!,
    );
    await cp(join(elixir, "ebin/Elixir.String.Chars.beam"), join(directory, "ebin/Elixir.String.Chars.beam"));
    const edit = async (name: string, what: RegExp, by: string): Promise<void> => {
      const file = join(directory, "ebin", name);
      const text = await readFile(file, "utf8");
      expect(text).toMatch(what);
      await writeFile(file, text.replace(what, by));
    };
    await edit("shelf.app", /\{modules,\s*\[/, "{modules,['Elixir.String.Chars',");
    await edit("shelf.appup", /\{"0\.1\.0",\s*\[/, `{"0.1.0", [{load_module, 'Elixir.String.Chars'}, `);
    const prepare = () => readApplicationUpgrade(target, directory, { timeoutMs: 30_000 });
    const found = (await findingsOf(target, { prepare })).filter(({ summary }) =>
      summary.includes("would be replaced"),
    );
    expect(found).toMatchObject([
      { code: "consolidated-protocols", severity: "warning", module: "Elixir.String.Chars" },
    ]);
    await rm(directory, { recursive: true });
  });
});
