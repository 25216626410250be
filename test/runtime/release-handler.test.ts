import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRel } from "../../src/release/read.js";
import { unpackArchive } from "../../src/release/tar/unpack.js";
import { type FileSystem, localFiles } from "../../src/runtime/code/file-system.js";
import { type BootOptions, bootNode } from "../../src/runtime/embedded-node.js";
import type { ReleaseManifest } from "../../src/runtime/release-handler/reader.js";
import { atomName, listElements, textOf, tupleElements } from "../../src/terms/access.js";
import { parseTerm } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { type Term, list, string } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { onBoth } from "./support/oracle.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "relupctl-handler-"));
  mkdirSync(join(root, "releases"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const read = (file: string): string => readFileSync(join(root, file), "utf8");
function write(file: string, text: string): void {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
}

const SASL = ["kernel", "stdlib", "sasl"].map((name) => ({ name, vsn: "1" }));
const READER = { readRelease: (file: string, bytes: Uint8Array) => readRel(bytes, file).record, unpackArchive };
const boot = (options: Partial<BootOptions> = {}, startsWith?: string) =>
  bootNode({
    release: {
      ...{ root, name: "shop", vsn: "1", erts: "13.1.5", applications: SASL },
      ...(startsWith !== undefined && { startsWith }),
    },
    releaseReader: READER,
    ...options,
  });
type Node = Awaited<ReturnType<typeof boot>>;

async function ask(node: Node, fun: string, ...args: readonly Term[]): Promise<string> {
  const outcome = await node.call({ module: "release_handler", function: fun, args }, { timeoutMs: 20_000 });
  if (outcome.kind === "returned") return printTerm(outcome.value);
  return outcome.kind === "raised" ? `${outcome.class} ${printTerm(outcome.reason)}` : outcome.kind;
}
const which = (node: Node): Promise<string> => ask(node, "which_releases");

const rel = (vsn: string, applications = `{kernel, "1"}, {stdlib, "1"}, {sasl, "1"}, {till, "${vsn}"}`): string =>
  `{release, {"shop", "${vsn}"}, {erts, "13.1.5"}, [${applications}]}.\n`;

/** One entry of an archive, in the form that every tar reads. */
function entry(path: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        0ustar\x0000", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}
const archive = (files: Readonly<Record<string, string>>): Buffer =>
  gzipSync(Buffer.concat([...Object.entries(files).map(([path, text]) => entry(path, text)), Buffer.alloc(1024)]));

describe("the release handler of the embedded node", () => {
  it("knows what was booted, and writes nothing by itself", async () => {
    await using node = await boot();
    expect(await which(node)).toBe('[{"shop","1",[],permanent}]');
    expect(() => read("releases/RELEASES")).toThrow("ENOENT");
  });

  it("knows what a start boots, where another release was booted", async () => {
    await using node = await boot({}, "0");
    expect(await which(node)).toBe('[{"shop","1",[],current},{"shop","0",[],permanent}]');
  });

  it("goes by RELEASES, but for one that can't be read", async () => {
    write("releases/RELEASES", '[{release,"shop","2","13.1.5",[{till,"2","lib/till-2"}],permanent}].');
    await using node = await boot();
    expect(await which(node)).toBe('[{"shop","1",[],current},{"shop","2",["till-2"],permanent}]');
    write("releases/RELEASES", "[nonsense].");
    await using again = await boot();
    expect(await which(again)).toBe('[{"shop","1",[],permanent}]');
  });

  it("unpacks a package, makes it permanent when it runs, and has the next start know it", async () => {
    const files = { "releases/2/shop.rel": rel("2"), "lib/till-2/ebin/till.app": "new" };
    writeFileSync(join(root, "releases", "shop.tar.gz"), archive(files));
    write("lib/till-2/ebin/till.app", "kept");
    {
      await using node = await boot();
      expect(await ask(node, "unpack_release", string("shop"))).toBe('{ok,"2"}');
      expect(await which(node)).toBe('[{"shop","2",["till-2"],unpacked},{"shop","1",[],permanent}]');
      expect(read("lib/till-2/ebin/till.app")).toBe("kept");
      expect(() => read("releases/shop.tar.gz")).toThrow("ENOENT");
      expect(await ask(node, "make_permanent", string("2"))).toBe("{error,{bad_status,unpacked}}");
      writeFileSync(join(root, "releases", "shop.tar.gz"), archive(files));
      expect(await ask(node, "unpack_release", string("shop"))).toBe('{error,{existing_release,"2"}}');
    }
    {
      await using node = await boot({ release: { ...RELEASE_2, root } });
      expect(await which(node)).toBe('[{"shop","2",["till-2"],current},{"shop","1",[],permanent}]');
      expect(await ask(node, "make_permanent", string("2"))).toBe("ok");
    }
    expect(read("releases/start_erl.data")).toBe("13.1.5 2");
    await using node = await boot({ release: { ...RELEASE_2, root } });
    expect(await which(node)).toBe('[{"shop","2",["till-2"],permanent},{"shop","1",[],old}]');
    expect(await ask(node, "set_removed", string("1"))).toBe("ok");
    expect(read("releases/RELEASES")).not.toContain('"1"');
  });

  it("takes no package that is none, that holds no release, or that leads out of the root", async () => {
    await using node = await boot();
    const unpack = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(join(root, "releases", "shop.tar.gz"), bytes);
      return await ask(node, "unpack_release", string("shop"));
    };
    expect(await ask(node, "unpack_release", string("none"))).toMatch(/^{error,{no_such_file,".*none.tar.gz"}}$/);
    expect(await unpack(Buffer.from("none"))).toMatch(/^{error,{cannot_extract_file,/);
    expect(await unpack(archive({ "lib/a": "x" }))).toMatch(/^{error,{enoent,".*releases\/shop.rel"}}$/);
    expect(await unpack(archive({ "releases/2/shop.rel": "no." }))).toBe(
      '{error,{bad_rel_file,"releases/2/shop.rel"}}',
    );
    expect(await unpack(archive({ "../out": "x", "releases/2/shop.rel": rel("2") }))).toContain("cannot_extract_file");
    expect(await which(node)).toBe('[{"shop","1",[],permanent}]');
  });

  it("says what the disk doesn't let it do, and knows nothing then that isn't there", async () => {
    const readOnly: FileSystem = Object.fromEntries(
      Object.entries(localFiles).filter(([name]) => name !== "writer"),
    ) as unknown as FileSystem;
    write("releases/2/shop.rel", rel("2"));
    await using node = await boot({ files: readOnly });
    expect(await ask(node, "set_unpacked", string(join(root, "releases/2/shop.rel")), list())).toMatch(
      /^{error,{erofs,/,
    );
    expect(await which(node)).toBe('[{"shop","1",[],permanent}]');
  });

  it("installs nothing, and isn't there without sasl", async () => {
    await using node = await boot();
    expect(await ask(node, "install_release", string("1"), list())).toBe("{error,embedded_node}");
    await using bare = await bootNode({ release: { root, name: "bare", vsn: "1", erts: "1", applications: [] } });
    expect(await which(bare)).toMatch(/^exit {noproc,/);
  });
});

const RELEASE_2 = { name: "shop", vsn: "2", erts: "13.1.5", applications: SASL, startsWith: "1" };

/** A `.rel` without what else must be in one. */
function plainRelease(bytes: Uint8Array): ReleaseManifest {
  const [, release, , applications] = tupleElements(parseTerm(new TextDecoder().decode(bytes)), 4)!;
  const pair = (term: Term): { name: string; vsn: string } => {
    const [name, vsn] = tupleElements(term, 2)!;
    return { name: textOf(name) ?? atomName(name)!, vsn: textOf(vsn)! };
  };
  return { ...pair(release!), erts: "13.1.5", applications: listElements(applications)!.map(pair) };
}

describeErlang("the release handler of the embedded node, beside OTP's", () => {
  const oracle = useOracle();

  it("answers as that does, and writes the same", async () => {
    mkdirSync(join(root, "elsewhere", "till-2"), { recursive: true });
    write("elsewhere/till-4", "a file");
    for (const vsn of ["2", "3", "4", "5"]) write(`${vsn}.rel`, rel(vsn, `{till, "${vsn}"}`));
    write("bad.rel", "{release, nothing}.");
    const vsn = String(await oracle.otpRelease());
    const at = (name: string): string => JSON.stringify(join(root, name));
    const unpacked = (name: string, dirs = `[{till, "?", ${at("elsewhere")}}]`): string =>
      `release_handler:set_unpacked(${at(name)}, ${dirs})`;
    const which = "release_handler:which_releases()";
    const sources = [
      which,
      unpacked("2.rel"),
      unpacked("2.rel"),
      unpacked("3.rel"),
      unpacked("4.rel"),
      unpacked("none.rel"),
      which,
      `release_handler:make_permanent("2")`,
      `release_handler:make_permanent("9")`,
      `release_handler:make_permanent("${vsn}")`,
      `release_handler:set_removed("9")`,
      `release_handler:set_removed("${vsn}")`,
      `file:read_file(${at("releases/RELEASES")})`,
      `release_handler:set_removed("2")`,
      which,
    ];
    await oracle.run(
      `application:load(sasl), application:set_env(sasl, releases_dir, ${at("releases")}), application:start(sasl), <<>>.`,
    );
    // What the release handler itself runs from here and there; OTP's doesn't know its erts without RELEASES.
    const { name, erts } = { name: "Erlang/OTP", erts: "13.1.5" };
    // Both find the folder as it was.
    const runAndEmpty: typeof oracle.run = async (source, input) => {
      const answer = await oracle.run(source, input);
      rmSync(join(root, "releases", "RELEASES"), { force: true });
      return answer;
    };
    await using node = await boot({
      release: { root, name, vsn, erts, applications: SASL },
      releaseReader: { ...READER, readRelease: (_file, bytes) => plainRelease(bytes) },
    });
    const { ours, theirs } = await onBoth(runAndEmpty, node, sources);
    const knowsErts = new RegExp(`(\\\\"${vsn}\\\\",)\\\\"13\\.1\\.5\\\\"`);
    expect(ours.join("\n").replace(knowsErts, "$1undefined")).toBe(theirs.join("\n"));
  });
});
