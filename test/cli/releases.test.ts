import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startRelease } from "../support/built-release.js";
import { describeErlang, describeRebar3 } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../support/rebar-release.js";
import { applyDocument, failureDocument } from "./support/documents.js";
import { commitDocument, removeDocument, unpackDocument, versionsDocument } from "./support/release-documents.js";
import { TemporaryFolder } from "./support/root.js";
import { relupctl, relupctlJson, unwrapped } from "./support/run.js";

describeRebar3("the releases of a real node, by commands", () => {
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;
  let at: string[];
  let env: Record<string, string>;

  beforeAll(async () => {
    release = await buildRebarRelease();
    root = await release.copy("cli");
    node = await startRelease(root, "1.0.0");
    at = ["-n", `${node.name}:${node.port}`];
    env = { RELUPCTL_COOKIE: node.cookie };
  });
  afterAll(async () => {
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  /** The exit code and the error's code of a command that can't do its work. */
  const failureOf = async (...args: string[]): Promise<string> => {
    const { code, document } = await relupctlJson([...args, ...at], failureDocument(args[0]!), { env });
    return `${code} ${document.error.code}`;
  };
  const versions = async (): Promise<[string, string | null, boolean, boolean][]> => {
    const { document } = await relupctlJson(["versions", ...at], versionsDocument, { env });
    return document.releases.map(({ vsn, status, running, bootsNext }) => [vsn, status, running, bootsNext]);
  };

  it("go from a package to a permanent upgrade", async () => {
    expect(await versions()).toEqual([["1.0.0", "permanent", true, true]]);
    const unpacked = await relupctlJson(["unpack", release.tarballs["2.0.0"], ...at], unpackDocument, { env });
    expect(unpacked).toMatchObject({ code: 0, stderr: "", document: { ok: true, result: "unpacked", vsn: "2.0.0" } });
    expect(await versions()).toContainEqual(["2.0.0", "unpacked", false, false]);
    expect(await failureOf("commit", "2.0.0")).toBe("3 release-not-running");

    const applied = await relupctlJson(["apply", "2.0.0", ...at], applyDocument, { env });
    expect(applied).toMatchObject({ code: 0, document: { result: "upgraded", releaseStatus: "current" } });
    expect(await versions()).toEqual([
      ["1.0.0", "permanent", false, true],
      ["2.0.0", "current", true, false],
    ]);
    const committed = await relupctlJson(["commit", ...at], commitDocument, { env });
    expect(committed).toMatchObject({
      code: 0,
      document: { result: "committed", vsn: "2.0.0", bootedBefore: "1.0.0" },
    });
    expect(readFileSync(join(root, "releases", "start_erl.data"), "utf8")).toMatch(/ 2\.0\.0$/);
  });

  it("go back with one command, and what is left over is removed", async () => {
    const down = await relupctlJson(["apply", "1.0.0", "--commit", ...at], applyDocument, { env });
    expect(down).toMatchObject({ code: 0, document: { result: "upgraded", commit: { result: "committed" } } });
    expect(await failureOf("remove", "1.0.0")).toBe("3 release-in-use");
    const would = await relupctlJson(["remove", "2.0.0", "--dry-run", ...at], removeDocument, { env });
    expect(would).toMatchObject({ code: 0, document: { result: "checked" } });
    expect(would.document.deleted).toContain(join(root, "releases/2.0.0"));
    const text = await relupctl(["remove", "2.0.0", ...at], { env });
    expect(text).toMatchObject({ code: 0 });
    expect(unwrapped(text.stdout)).toContain("Removed shopd 2.0.0 from");
    // Said before it is done.
    expect(text.stderr).toContain(join(root, "releases/2.0.0"));
    expect(text.stderr).toContain("Leaves what is needed:");
    expect(await versions()).toEqual([["1.0.0", "permanent", true, true]]);
  });

  it("tell bad input by exit codes and in words", async () => {
    using folder = new TemporaryFolder();
    const whole = readFileSync(release.tarballs["2.0.0"]);
    writeFileSync(folder.at("cut.tar.gz"), whole.subarray(0, 1_000_000));
    // One after another: each locks the node.
    expect(await failureOf("unpack", folder.at("none.tar.gz"))).toBe("2 package-not-found");
    expect(await failureOf("unpack", folder.path)).toBe("2 file-not-readable");
    expect(await failureOf("unpack", folder.at("cut.tar.gz"))).toBe("2 tar-cut");
    expect(await failureOf("commit", "9.9.9")).toBe("2 release-not-found");
    expect(await failureOf("remove", "9.9.9")).toBe("2 release-not-found");
    expect(await failureOf("apply", "2.0.0")).toBe("2 release-not-found");
    expect(await failureOf("apply", "1.0.0")).toBe("3 already-installed");
    const unchanged = await relupctlJson(["commit", ...at], commitDocument, { env });
    expect(unchanged).toMatchObject({ code: 0, document: { result: "unchanged" } });
    const checked = await relupctlJson(["unpack", release.tarballs["2.0.0"], "--dry-run", ...at], unpackDocument, {
      env,
    });
    expect(checked).toMatchObject({ code: 0, document: { result: "checked" } });
    const would = await relupctlJson(["remove", "1.0.0", "--dry-run", ...at], z.looseObject({ ok: z.boolean() }), {
      env,
    });
    expect(would).toMatchObject({ code: 3, document: { ok: false } });
  });

  it("are refused where the node keeps no account of releases", async () => {
    await using plain = await startNode();
    const args = ["-n", `${plain.name}:${plain.port}`];
    const options = { env: { RELUPCTL_COOKIE: plain.cookie } };
    for (const command of [["unpack", release.tarballs["2.0.0"]], ["commit"], ["remove", "1"]]) {
      const { code, document } = await relupctlJson([...command, ...args], failureDocument(command[0]!), options);
      expect([command[0], code, document.error.code]).toEqual([command[0], 3, "no-release-handler"]);
    }
    const { code, document } = await relupctlJson(["versions", ...args], versionsDocument, options);
    expect({ code, handler: document.hasReleaseHandler }).toEqual({ code: 0, handler: false });
    for (const command of ["plan", "apply", "downgrade"]) {
      const failed = await relupctlJson(
        [command, "9.9", ...args],
        failureDocument(command === "plan" ? "plan" : "apply"),
        options,
      );
      expect([command, failed.code, failed.document.error.code]).toEqual([command, 2, "release-not-found"]);
    }
    const rollback = await relupctlJson(["rollback", ...args], failureDocument("rollback"), options);
    expect([rollback.code, rollback.document.error.code]).toEqual([3, "nothing-to-take-back"]);
  });
});

describeErlang("changes of a node's releases", () => {
  it("wait for an upgrade of the node to end: they are told who holds it", async () => {
    await using node = await startNode();
    await node.eval(`register(relupctl, spawn(fun() -> receive after infinity -> ok end end))`);
    const args = ["-n", `${node.name}:${node.port}`];
    const options = { env: { RELUPCTL_COOKIE: node.cookie } };
    for (const command of [["commit"], ["remove", "1"]]) {
      const { code, document } = await relupctlJson([...command, ...args], failureDocument(command[0]!), options);
      expect([code, document.error.code]).toEqual([6, "locked"]);
    }
  });
});
