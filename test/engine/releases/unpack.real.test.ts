import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { localSource, nodeSource } from "../../../src/engine/releases/block-source.js";
import { takeInventory } from "../../../src/engine/releases/inventory.js";
import { unpackPackage, type Unpacked, type UnpackOptions } from "../../../src/engine/releases/unpack.js";
import { FileError } from "../../../src/otp/file.js";
import type { Target } from "../../../src/target/target.js";
import { ProblemError } from "../../../src/terms/problem.js";
import { atom, tuple } from "../../../src/terms/term.js";
import { startRelease } from "../../support/built-release.js";
import { connectTo } from "../../support/connect.js";
import { describeRebar3 } from "../../support/erlang.js";
import { startNode, type PeerNode } from "../../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../../support/rebar-release.js";
import { faulty, isBlockWrite } from "./faulty.js";

/** POSIX.1 pax, "ustar Interchange Format": the field typeflag. */
const TYPE_FLAGS = { "character device": "3", "block device": "4", fifo: "6" } as const;

describeRebar3("a package that is unpacked", () => {
  let folder: string;
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;
  let asItWas: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-unpack-"));
    release = await buildRebarRelease();
    root = await release.copy("unpack");
    node = await startRelease(root, "1.0.0");
    target = await connectTo(node);
    asItWas = listing();
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await release[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What lies in the root, without the parts of a package that a cut connection leaves for the next try. */
  const listing = (): string =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.includes(".relupctl-"))
      .sort()
      .join("\n");

  const unpack = async (file: string, options?: UnpackOptions, on = target): Promise<Unpacked> => {
    await using source = (await localSource(file))!;
    return await unpackPackage(on, { source }, options);
  };
  /** The codes of what an unpack is refused for. */
  const refusedFor = async (file: string, on = target): Promise<string[]> => {
    try {
      await unpack(file, {}, on);
    } catch (error) {
      if (error instanceof ProblemError) return [...new Set(error.problems.map(({ code }) => code))];
      if (error instanceof FileError) return [error.reason];
      throw error;
    }
    return [];
  };

  let serial = 0;
  /** The second version's package with something changed in what it holds. */
  const changed = (change: (directory: string) => void, ...tarArguments: string[]): string => {
    const directory = join(folder, `content-${++serial}`);
    mkdirSync(directory);
    // What the node has already is left out: packages are made many times here.
    const without = ["erts-*", "lib/kernel-*", "lib/stdlib-*", "lib/sasl-*"].map((name) => `--exclude=${name}`);
    execFileSync("tar", [...without, "-xzf", release.tarballs["2.0.0"], "-C", directory]);
    change(directory);
    return pack(directory, ...tarArguments);
  };
  const pack = (directory: string, ...tarArguments: string[]): string => {
    const file = join(folder, `package-${serial}.tar.gz`);
    execFileSync("tar", ["-I", "gzip -1", ...tarArguments, "-cf", file, "-C", directory, "."]);
    return file;
  };
  /** The whole package with one more entry at its end, as tar writes it of a file that is none. */
  const withSpecialFile = (kind: keyof typeof TYPE_FLAGS): Buffer => {
    const header = Buffer.alloc(512);
    header.write("lib/shop-2.0.0/priv");
    header.write("0000644\0" + "0000000\0".repeat(2) + "00000000000\0".repeat(2) + " ".repeat(8) + TYPE_FLAGS[kind], 100);
    header.write("ustar\0" + "00", 257);
    header.write("0000001\0" + "0000003\0", 329);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const archive = gunzipSync(readFileSync(release.tarballs["2.0.0"]));
    let end = archive.length;
    while (archive[end - 1] === 0) end--;
    const entries = archive.subarray(0, Math.ceil(end / 512) * 512);
    return gzipSync(Buffer.concat([entries, header, Buffer.alloc(1024)]), { level: 1 });
  };
  const written = (name: string, bytes: Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };

  it("is refused where it is none, cut or damaged, and nothing is changed", async () => {
    const whole = readFileSync(release.tarballs["2.0.0"]);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 100_000, 100_400);
    expect(await refusedFor(written("empty", Buffer.alloc(0)))).toEqual(["not-a-package"]);
    expect(await refusedFor(written("text", Buffer.from("no package")))).toEqual(["not-a-package"]);
    expect(await refusedFor(written("cut", whole.subarray(0, whole.length - 5_000)))).toEqual(["tar-cut"]);
    expect(await refusedFor(written("damaged", damaged))).toEqual(["tar-damaged"]);
    expect(await refusedFor(written("other.gz", gzipSync("no archive".repeat(100))))).toEqual(["tar-damaged"]);
    const nothing = join(folder, "nothing");
    mkdirSync(nothing);
    expect(await refusedFor(pack(nothing))).toEqual(["not-a-package"]);
    expect(listing()).toBe(asItWas);
  });

  it("is refused where it would write elsewhere, or without end", async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024), { level: 9 });
    const withLink = changed((directory) => {
      symlinkSync("/etc", join(directory, "lib", "etc"));
    });
    const withHardLink = changed((directory) => {
      linkSync(join(directory, "releases", "2.0.0", "sys.config"), join(directory, "lib", "zz"));
    });
    const outside = changed(() => undefined, "--transform", "s,^./bin,../bin,", "-P");
    expect(await refusedFor(withLink)).toEqual(["tar-entry-refused"]);
    expect(await refusedFor(withHardLink)).toEqual(["tar-entry-refused"]);
    for (const kind of ["character device", "block device", "fifo"] as const) {
      expect(await refusedFor(written(`${kind}.tar.gz`, withSpecialFile(kind)))).toEqual(["tar-entry-refused"]);
    }
    expect(await refusedFor(outside)).toEqual(["tar-entry-refused"]);
    expect(await refusedFor(written("zeroes.gz", bomb))).toEqual(["package-too-large"]);
    expect(listing()).toBe(asItWas);
  });

  it("is refused with all that is wrong in it", async () => {
    const broken = changed((directory) => {
      rmSync(join(directory, "releases", "2.0.0", "start.boot"));
      rmSync(join(directory, "lib", "wares-1.1.0", "ebin", "wares.beam"));
      rmSync(join(directory, "lib", "ledger-0.1.0"), { recursive: true });
      writeFileSync(join(directory, "lib", "shop-2.0.0", "ebin", "shop_till.beam"), "no code");
    });
    expect((await refusedFor(broken)).sort()).toEqual([
      "application-not-found",
      "boot-script-missing",
      "module-missing",
      "object-code-damaged",
    ]);
    const otherVersion = changed((directory) => {
      cpSync(join(directory, "releases", "2.0.0"), join(directory, "releases", "2.0.1"), { recursive: true });
      rmSync(join(directory, "releases", "2.0.0"), { recursive: true });
    });
    expect(await refusedFor(otherVersion)).toEqual(["release-version-mismatch"]);
    expect(listing()).toBe(asItWas);
  });

  it("is refused where it isn't for this node", async () => {
    const replaceRel = (from: string, to: string) => (directory: string) => {
      const file = join(directory, "releases", "2.0.0", "shopd.rel");
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
    };
    expect(await refusedFor(changed(replaceRel('"shopd"', '"other"')))).toEqual(["release-name-mismatch"]);
    expect(await refusedFor(changed(replaceErts))).toEqual(["erts-missing"]);
    // Object code of an emulator that has more instructions than this one.
    const newer = changed((directory) => {
      const file = join(directory, "lib", "wares-1.1.0", "ebin", "wares.beam");
      const packed = readFileSync(file);
      const bytes = packed[0] === 0x1f ? gunzipSync(packed) : packed;
      const code = bytes.indexOf("Code");
      bytes.writeUInt32BE(0xffff, code + 16);
      writeFileSync(file, bytes);
    });
    expect(await refusedFor(newer)).toEqual(["code-not-loadable"]);
    expect(listing()).toBe(asItWas);
  });

  const replaceErts = (directory: string): void => {
    const file = join(directory, "releases", "2.0.0", "shopd.rel");
    writeFileSync(file, readFileSync(file, "utf8").replace(/\{erts,\s*"[^"]*"\}/, '{erts, "99.9"}'));
  };

  it("is refused where it has other code in a library that goes on running", async () => {
    const other = changed((directory) => {
      const ebin = (vsn: string): string => join(directory, "lib", vsn, "ebin");
      mkdirSync(ebin("wares-1.0.0"), { recursive: true });
      cpSync(join(ebin("wares-1.1.0"), "wares.beam"), join(ebin("wares-1.0.0"), "wares.beam"));
    });
    expect(await refusedFor(other)).toEqual(["library-differs"]);
    await using source = (await localSource(other))!;
    expect(await unpackPackage(target, { source }, { dryRun: true, allowed: ["library-differs"] })).toMatchObject({
      result: "checked",
      warnings: [{ code: "library-differs" }],
    });
    expect(listing()).toBe(asItWas);
  });

  it("leaves nothing where the disk is full or can't be written", async () => {
    for (const reason of ["enospc", "erofs", "eacces"]) {
      let writes = 0;
      const on = faulty(target, (mfa) => {
        if (!isBlockWrite(mfa) || ++writes < 4) return undefined;
        return { kind: "returned", value: tuple(atom("error"), atom(reason)) };
      });
      expect(await refusedFor(release.tarballs["2.0.0"], on)).toEqual([reason]);
      expect(readdirSync(join(root, "releases")).filter((name) => name.includes(".relupctl-"))).toEqual([]);
    }
    expect(listing()).toBe(asItWas);
  });

  it("leaves nothing where the node can't unpack it to the end, and a second try works", async () => {
    const cutOnNode = faulty(target, ({ module, function: fun }) => {
      if (module === "release_handler" && fun === "unpack_release") {
        truncateSync(join(root, "releases", "shopd.tar.gz"), 3_500_000);
      }
      return undefined;
    });
    expect(await refusedFor(release.tarballs["2.0.0"], cutOnNode)).toEqual(["unpack-failed"]);
    expect(listing()).toBe(asItWas);
  });

  it("goes on from where it was cut, over what an earlier try has left half-way", async () => {
    let writes = 0;
    const cut = faulty(target, (mfa) => {
      if (!isBlockWrite(mfa) || ++writes <= 6) return undefined;
      return { kind: "unknown", cause: "connection_lost" };
    });
    await expect(unpack(release.tarballs["2.0.0"], {}, cut)).rejects.toThrow("connection was lost");
    mkdirSync(join(root, "lib", "shop-2.0.0", "ebin"), { recursive: true });
    writeFileSync(join(root, "lib", "shop-2.0.0", "ebin", "shop_till.beam"), "half of i");
    const unpacked = await unpack(release.tarballs["2.0.0"]);
    expect(unpacked).toMatchObject({ result: "unpacked", deleted: [join(root, "lib", "shop-2.0.0")] });
    expect(unpacked.resumedBytes).toBeGreaterThan(256 * 1024);
    expect(await takeInventory(target)).toMatchObject({ releases: [{ vsn: "1.0.0" }, { vsn: "2.0.0", status: "unpacked", missing: [] }] });
  });

  it("takes the place of another build of its version that was never installed", async () => {
    rmSync(join(root, "lib", "wares-1.1.0"), { recursive: true });
    expect((await takeInventory(target)).releases[1]?.missing).toEqual([join(root, "lib", "wares-1.1.0")]);
    const other = changed((directory) => {
      writeFileSync(join(directory, "releases", "2.0.0", "sys.config"), "[].\n");
    });
    expect(await unpack(other)).toMatchObject({ result: "unpacked" });
    expect(readFileSync(join(root, "releases", "2.0.0", "sys.config"), "utf8")).toBe("[].\n");
    expect(existsSync(join(root, "lib", "wares-1.1.0", "ebin", "wares.beam"))).toBe(true);
  });

  it("may lie on the node already", async () => {
    cpSync(release.tarballs["2.0.0"], join(root, "releases", "some-name.tar.gz"));
    const path = join(root, "releases", "some-name.tar.gz");
    const source = (await nodeSource(target, path))!;
    expect(await unpackPackage(target, { source, onNode: path })).toMatchObject({ result: "unpacked", vsn: "2.0.0" });
    expect(existsSync(path)).toBe(false);
    expect(await nodeSource(target, path)).toBeUndefined();
    expect(readdirSync(join(root, "releases", "2.0.0")).filter((name) => name.endsWith(".rel"))).toEqual(["shopd.rel"]);
  });

  it("is not for a node without a release handler, nor for one that is no release", async () => {
    await using plain = await startNode();
    await using toPlain = await connectTo(plain);
    expect(await refusedFor(release.tarballs["2.0.0"], toPlain)).toEqual(["no-release-handler"]);
    await plain.eval("application:start(sasl)");
    // Where OTP was installed with a .rel of its own, that is a release, but another one.
    const [code] = await refusedFor(release.tarballs["2.0.0"], toPlain);
    expect(["not-a-release", "release-name-mismatch"]).toContain(code);
  });
});
