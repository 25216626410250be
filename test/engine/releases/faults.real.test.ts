import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { releaseErrorsTold } from "../../../src/cli/releases.js";
import { settle } from "../../../src/cli/report.js";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { localSource, nodeSource } from "../../../src/engine/releases/block-source.js";
import { commitRelease, readyToCommit } from "../../../src/engine/releases/commit.js";
import { removeRelease } from "../../../src/engine/releases/remove.js";
import { unpackPackage, type Unpacked } from "../../../src/engine/releases/unpack.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import type { Mfa, Target } from "../../../src/target/target.js";
import { textOf } from "../../../src/terms/access.js";
import { atom, string, tuple } from "../../../src/terms/term.js";
import type { Problem } from "../../../src/terms/problem.js";
import { startRelease } from "../../support/built-release.js";
import { connectTo } from "../../support/connect.js";
import { describeRebar3 } from "../../support/erlang.js";
import type { PeerNode } from "../../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../../support/rebar-release.js";
import { faulty, isBlockWrite } from "./faulty.js";

const isUnpack = ({ module, function: fun }: Mfa): boolean => module === "release_handler" && fun === "unpack_release";

describeRebar3("what goes wrong on the node in the life of a release", () => {
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;
  let asItWas: string[];

  beforeAll(async () => {
    release = await buildRebarRelease();
    root = await release.copy("faults");
    node = await startRelease(root, "1.0.0");
    target = await connectTo(node);
    asItWas = listing();
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  const listing = (): string[] => readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  /** What lies in bin is no release's for OTP: it stays where the release was unpacked once. */
  const removedAgain = (): string[] => [...asItWas, "bin/shopd-2.0.0"].sort();
  const parts = (): string[] => readdirSync(join(root, "releases")).filter((name) => name.includes(".relupctl"));
  const unpack = async (on = target): Promise<Unpacked> => {
    await using source = (await localSource(release.tarballs["2.0.0"]))!;
    return await unpackPackage(on, { source });
  };
  /** What a command would end with: the problem, and the exit code. */
  const failureOf = async (work: () => Promise<unknown>): Promise<Problem & { readonly exitCode: number }> => {
    const result = await settle(() => releaseErrorsTold(async () => ({ json: {}, text: String, exitCode: 0, of: await work() })));
    if ("report" in result) throw new Error("nothing failed");
    expect(result.problems).toHaveLength(1);
    return { ...result.problems[0], exitCode: result.exitCode };
  };
  const statuses = async (): Promise<string> =>
    await node.eval("lists:sort([{Vsn, Status} || {_, Vsn, _, Status} <- release_handler:which_releases()])");
  /** The files that say what a start boots. */
  const account = (): string[] =>
    ["RELEASES", "start_erl.data"].map((name) => readFileSync(join(root, "releases", name), "utf8"));
  /** A target whose node does this as soon as the release handler has unpacked the package. */
  const onceUnpacked = (act: () => void): Target => {
    let isUnpacked = false;
    return faulty(target, (mfa) => {
      if (isUnpacked) act();
      isUnpacked = isUnpack(mfa);
      return undefined;
    });
  };

  it("is found out where a disk loses what was written to it, and only that is sent again", async () => {
    let writes = 0;
    const loses = faulty(target, (mfa) => (isBlockWrite(mfa) && ++writes === 3 ? { kind: "returned", value: atom("ok") } : undefined));
    const failure = await failureOf(() => unpack(loses));
    expect(failure).toMatchObject({ code: "upload-damaged", exitCode: 1 });
    expect(failure.detail).toMatch(/^1 of \d+ blocks differ\./);
    // The part that has arrived, under a name that nothing else looks at.
    const left = listing().filter((name) => !asItWas.includes(name));
    expect(left).toEqual([expect.stringMatching(/^releases\/\.relupctl-[0-9a-f]{24}\.part$/)]);
    expect(await statuses()).toBe('[{"1.0.0",permanent}]');

    const again = await unpack();
    expect(again.result).toBe("unpacked");
    expect(again.packageBytes - again.resumedBytes).toBeLessThanOrEqual(256 * 1024);
    await removeRelease(target, "2.0.0");
    expect(listing()).toEqual(removedAgain());
  });

  it("begins anew where a part of the package is longer than all of it", async () => {
    const sha256 = createHash("sha256").update(readFileSync(release.tarballs["2.0.0"])).digest("hex");
    const part = join(root, "releases", `.relupctl-${sha256.slice(0, 24)}.part`);
    copyFileSync(release.tarballs["2.0.0"], part);
    appendFileSync(part, "more");
    expect(await unpack()).toMatchObject({ result: "unpacked", resumedBytes: 0 });
    expect(parts()).toEqual([]);
    await removeRelease(target, "2.0.0");
    expect(listing()).toEqual(removedAgain());
  });

  it("is sent nothing of a package that a build replaces after it was checked", async () => {
    const file = join(release.root, "rebuilt.tar.gz");
    copyFileSync(release.tarballs["2.0.0"], file);
    let blocks = 0;
    const rebuilt = faulty(target, (mfa) => {
      if (isBlockWrite(mfa)) blocks++;
      // The last that is written before the first block is sent.
      if (mfa.function === "write_file") copyFileSync(release.tarballs["1.0.0"], file);
      return undefined;
    });
    await using source = (await localSource(file))!;
    expect(await failureOf(() => unpackPackage(rebuilt, { source }))).toMatchObject({ code: "package-changed", exitCode: 2 });
    expect(blocks).toBe(0);
    expect(listing()).toEqual(removedAgain());
  });

  it("names what it could not delete of a package that could not be unpacked, and deletes it the next time", async () => {
    const stuck = join(root, "releases", "2.0.0");
    const broken = faulty(target, (mfa) => {
      if (isUnpack(mfa)) {
        const file = join(root, "releases", "shopd.tar.gz");
        truncateSync(file, statSync(file).size - 200);
      }
      const isDeletion = mfa.function === "del_dir_r" && textOf(mfa.args[0]) === stuck;
      return isDeletion ? { kind: "returned", value: tuple(atom("error"), atom("eacces")) } : undefined;
    });
    const failure = await failureOf(() => unpack(broken));
    expect(failure).toMatchObject({ code: "unpack-left-files", exitCode: 5 });
    expect(failure.detail).toContain(`${stuck} failed: eacces`);
    expect(failure.summary).toMatch(/^the node's release handler could not unpack shopd 2\.0\.0: /);
    expect(listing().filter((name) => !name.startsWith("releases/2.0.0"))).toEqual(removedAgain());
    expect(await statuses()).toBe('[{"1.0.0",permanent}]');
    expect(await unpack()).toMatchObject({ result: "unpacked", deleted: [stuck] });
    await removeRelease(target, "2.0.0");
    expect(listing()).toEqual(removedAgain());
  });

  it("is found out where other files are there than the package has, or nobody keeps account of them", async () => {
    const till = join(root, "lib", "shop-2.0.0", "ebin", "shop_till.beam");
    const overwritten = await failureOf(() => unpack(onceUnpacked(() => {
      writeFileSync(till, "half of i");
    })));
    expect(overwritten).toMatchObject({
      code: "unpack-not-verified",
      exitCode: 5,
      detail: "Other content: lib/shop-2.0.0/ebin/shop_till.beam.",
    });
    expect(listing().filter((name) => name.endsWith(".tar.gz") || name.includes(".relupctl"))).toEqual([]);
    const again = await unpack();
    expect(again.result).toBe("unpacked");
    expect(again.deleted).toContain(join(root, "lib", "shop-2.0.0"));
    expect(readFileSync(till).length).toBeGreaterThan(100);
    await removeRelease(target, "2.0.0");

    const forgotten = faulty(target, (mfa) => (isUnpack(mfa) ? { kind: "returned", value: tuple(atom("ok"), string("2.0.0")) } : undefined));
    expect(await failureOf(() => unpack(forgotten))).toMatchObject({ code: "unpack-not-verified", exitCode: 5 });
    expect(await unpack()).toMatchObject({ result: "unpacked" });
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",unpacked}]');
  });

  it("leaves the package where somebody has put it on the node, and takes away one that was sent", async () => {
    await removeRelease(target, "2.0.0");
    const failing = (test: (mfa: Mfa) => boolean, left = ""): Target =>
      faulty(target, (mfa) => {
        if (!test(mfa)) return undefined;
        if (left !== "") writeFileSync(join(root, left), "half of i");
        return { kind: "returned", value: tuple(atom("error"), atom("enospc")) };
      });
    const rel = "releases/shopd.rel";
    const isRelWrite = ({ function: fun, args }: Mfa): boolean =>
      fun === "write_file" && textOf(args[0]) === join(root, rel);
    const faults = [
      [failing(isUnpack), "unpack-failed"],
      [failing(isRelWrite, rel), "disk-full"],
    ] as const;
    for (const [on, code] of faults) {
      expect(await failureOf(() => unpack(on))).toMatchObject({ code, exitCode: 3 });
      expect(listing()).toEqual(removedAgain());
      for (const name of ["mine.tar.gz", "shopd.tar.gz"]) {
        const path = join(root, "releases", name);
        copyFileSync(release.tarballs["2.0.0"], path);
        const source = (await nodeSource(target, path))!;
        expect(await failureOf(() => unpackPackage(on, { source, onNode: path }))).toMatchObject({ code, exitCode: 3 });
        expect(listing()).toEqual([...removedAgain(), `releases/${name}`].sort());
        rmSync(path);
      }
    }
    expect(await unpack()).toMatchObject({ result: "unpacked", deleted: [] });
  });

  it("is no commit where the release that runs lacks something on the disk", async () => {
    const { execution } = await applyUpgrade(target, await readReleaseUpgrade(target, "2.0.0"));
    expect(execution?.outcome).toBe("upgraded");
    const before = [...account(), await statuses()];
    for (const missing of ["releases/2.0.0/start.boot", "lib/ledger-0.1.0"]) {
      const path = join(root, missing);
      renameSync(path, `${path}.away`);
      for (const options of [{}, { dryRun: true }, { force: true }]) {
        expect(await failureOf(() => commitRelease(target, "2.0.0", options))).toMatchObject({
          code: "release-incomplete",
          summary: "shopd 2.0.0 is not whole on the node",
          detail: `Missing: ${path}.`,
          exitCode: 2,
        });
      }
      // Said before the upgrade, where it is to be committed.
      const beforehand = await failureOf(() => readyToCommit(target, "2.0.0"));
      expect(beforehand).toMatchObject({ code: "release-incomplete", exitCode: 2 });
      renameSync(`${path}.away`, path);
      expect([...account(), await statuses()]).toEqual(before);
    }
    expect(await commitRelease(target, "2.0.0", { dryRun: true })).toMatchObject({ result: "checked", problems: [] });
  });

  it("is told where a commit was said to be done, and the disk says otherwise", async () => {
    const before = account();
    const lying = faulty(target, ({ function: fun }) =>
      fun === "make_permanent" ? { kind: "returned", value: atom("ok") } : undefined,
    );
    expect(await failureOf(() => commitRelease(lying, "2.0.0"))).toMatchObject({
      code: "commit-not-verified",
      exitCode: 5,
      detail: "The release handler says current, RELEASES unpacked, and start_erl.data 1.0.0.",
    });
    expect(account()).toEqual(before);
    expect(parts()).toEqual([]);
    expect(existsSync(join(root, "releases", "start_erl.data.relupctl"))).toBe(false);
    expect(await commitRelease(target, "2.0.0")).toMatchObject({ result: "committed" });
    expect(account()[1]).toMatch(/ 2\.0\.0$/);
    expect(await statuses()).toBe('[{"1.0.0",old},{"2.0.0",permanent}]');
  });
});
