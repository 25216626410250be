import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, linkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryPath } from "../../../src/release/tar/entry-path.js";
import { TarReader, type TarEntry } from "../../../src/release/tar/reader.js";
import { ProblemError } from "../../../src/terms/problem.js";
import { describeErlang, useOracle } from "../../support/erlang.js";

const RUNS = Number(process.env["RELUPCTL_TAR_RUNS"] ?? 40);

interface ReadEntry {
  readonly entry: TarEntry;
  readonly content: string;
}

/** What an archive holds, read in pieces of `size` bytes. */
function readAll(archive: Uint8Array, size = archive.length): ReadEntry[] {
  const reader = new TarReader();
  const entries: { entry: TarEntry; content: Buffer[]; ended: boolean }[] = [];
  for (let at = 0; at < archive.length; at += size) {
    for (const event of reader.push(archive.subarray(at, at + size))) {
      if (event.kind === "entry") entries.push({ entry: event.entry, content: [], ended: false });
      else if (event.kind === "data") entries.at(-1)!.content.push(Buffer.from(event.bytes));
      else entries.at(-1)!.ended = true;
    }
  }
  reader.end();
  expect(entries.every(({ ended }) => ended)).toBe(true);
  return entries.map(({ entry, content }) => ({ entry, content: Buffer.concat(content).toString("latin1") }));
}

const codeOf = (read: () => unknown): string | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]?.code;
    throw error;
  }
};

/** One path, of parts that may need a long-name form, with non-ASCII letters among them. */
const part = fc
  .stringMatching(/^[a-zA-Z0-9_é.-]{1,60}$/)
  .filter((text) => !/^\.+$/.test(text) && !text.startsWith("-"));
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const content = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 1_500 }),
  fc.constantFrom("", "x".repeat(511), "y".repeat(512), "z".repeat(513), "w".repeat(10_240)),
);
/** Files by path, none of which is a directory above another one. */
const files = fc
  .uniqueArray(fc.tuple(path, content), { minLength: 1, maxLength: 8, selector: ([name]) => name })
  .filter((all) =>
    all.every(([name]) => all.every(([other]) => other === name || !`${other}/`.startsWith(`${name}/`))),
  );

describe("the tar reader", () => {
  let folder: string;
  let serial = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-tar-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const lay = (all: readonly (readonly [string, string])[]): string => {
    const root = join(folder, String(++serial));
    for (const [name, text] of all) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text, "latin1");
    }
    return root;
  };
  const tar = (root: string, ...args: string[]): Buffer => {
    const file = join(folder, `${++serial}.tar`);
    execFileSync("tar", ["-C", root, "-cf", file, ...args], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    return readFileSync(file);
  };

  it("reads what tar writes in each of its forms, in pieces of any size", () => {
    fc.assert(
      fc.property(
        files,
        fc.constantFrom("ustar", "posix", "gnu"),
        fc.integer({ min: 1, max: 1_500 }),
        (all, form, size) => {
          // ustar has no form for the longest names.
          const fit = form === "ustar" ? all.filter(([name]) => Buffer.byteLength(name) < 100) : all;
          fc.pre(fit.length > 0);
          const archive = tar(lay(fit), `--format=${form}`, ".");
          const found = readAll(archive, size).filter(({ entry }) => entry.type === "file");
          expect(found.map(({ entry, content }) => [entryPath(entry), content]).sort()).toEqual([...fit].sort());
          expect(found.every(({ entry, content }) => entry.size === content.length)).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("tells files, directories, modes and links apart", () => {
    const root = lay([
      ["bin/start", "go"],
      ["plain", "text"],
    ]);
    chmodSync(join(root, "bin/start"), 0o755);
    symlinkSync("/etc/passwd", join(root, "soft"));
    linkSync(join(root, "plain"), join(root, "zhard"));
    const entries = readAll(tar(root, "--sort=name", "."));
    const types = Object.fromEntries(entries.map(({ entry }) => [entry.name, entry.type]));
    expect(types).toEqual({
      "./": "directory",
      "./bin/": "directory",
      "./bin/start": "file",
      "./plain": "file",
      "./soft": "symbolic link",
      "./zhard": "hard link",
    });
    expect(entries.find(({ entry }) => entry.name === "./bin/start")?.entry.mode).toBe(0o755);
    expect(entries.find(({ entry }) => entry.name === "./soft")?.entry.linkName).toBe("/etc/passwd");
  });

  it("says when the archive is cut, wherever that is", () => {
    const archive = tar(lay([["some/file", "x".repeat(700)]]), "some/file");
    expect(readAll(archive)).toHaveLength(1);
    for (const end of [0, 100, 512, 513, 900, 1_024 + 188, 1_535]) {
      expect(codeOf(() => readAll(archive.subarray(0, end), 1_000))).toBe("tar-cut");
    }
  });

  it("refuses what is no archive, a wrong checksum and broken extended headers", () => {
    expect(codeOf(() => readAll(Buffer.alloc(2_048, "text")))).toBe("tar-damaged");
    const archive = tar(lay([["file", "content"]]), "file");
    archive[3]! ^= 1;
    expect(codeOf(() => readAll(archive))).toBe("tar-damaged");
    const long = tar(lay([[`${"d".repeat(90)}/${"f".repeat(90)}`, "content"]]), "--format=posix", ".");
    const at = long.indexOf("path=");
    long.write("9", at - 4);
    expect(codeOf(() => readAll(long))).toBe("tar-damaged");
  });

  it("refuses what erl_tar would read otherwise: a record that holds a line, and a header for all entries", () => {
    const names: [string, string][] = [[`${"d".repeat(90)}/${"f".repeat(90)}`, "content"]];
    const withComment = (option: string): Buffer => tar(lay(names), "--format=posix", `--pax-option=${option}`, ".");
    const archive = withComment("comment:=a-comment-that-is-long-enough");
    expect(readAll(archive).length).toBeGreaterThan(0);
    archive.write("\n9 path=x", archive.indexOf("comment=") + 12);
    expect(codeOf(() => readAll(archive))).toBe("tar-damaged");
    expect(codeOf(() => readAll(withComment("path=same")))).toBe("tar-entry-refused");
  });

  it("ends in bounded time, and with a problem at the worst, whatever the bytes are", () => {
    const archive = tar(
      lay([
        [`${"d".repeat(90)}/${"f".repeat(90)}`, "content"],
        ["small", "x"],
      ]),
      "--format=posix",
      ".",
    );
    fc.assert(
      fc.property(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const damaged = Buffer.from(archive);
        damaged[at]! ^= by;
        codeOf(() => readAll(damaged, 700));
      }),
      { numRuns: RUNS * 20 },
    );
  });
});

describe("the place of an entry", () => {
  const entry = (name: string, type: TarEntry["type"] = "file"): TarEntry => ({
    name,
    type,
    size: 0,
    mode: 0,
    linkName: "to",
  });

  it("is below the release root", () => {
    expect(entryPath(entry("./lib//a-1/./ebin/a.beam"))).toBe("lib/a-1/ebin/a.beam");
    expect(entryPath(entry("releases/1..2/a..b"))).toBe("releases/1..2/a..b");
    expect(entryPath(entry("./", "directory"))).toBe("");
  });

  it.each(["", "/etc/passwd", "../x", "lib/../../x", "lib/..", "a\\b", "C:/x", "a\0b", "a\nb", ".", "./"])(
    "is refused for the name %j",
    (name) => {
      expect(codeOf(() => entryPath(entry(name)))).toBe("tar-entry-refused");
    },
  );

  it.each(["hard link", "symbolic link", "device", "fifo", "unknown"] as const)("is refused for a %s", (type) => {
    expect(codeOf(() => entryPath(entry("lib/x", type)))).toBe("tar-entry-refused");
  });
});

describeErlang("the tar reader and erl_tar", () => {
  const oracle = useOracle();

  it("find the same in what erl_tar writes", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const archive = await oracle.run(
          `
          Pairs = [begin [N, C] = binary:split(Line, <<"|">>), {unicode:characters_to_list(N), base64:decode(C)} end
                   || Line <- binary:split(Input, <<"\\n">>, [global]), Line =/= <<>>],
          File = filename:join("/tmp", "relupctl-" ++ os:getpid() ++ ".tar"),
          ok = erl_tar:create(File, Pairs),
          {ok, Bytes} = file:read_file(File),
          ok = file:delete(File),
          Bytes.`,
          all.map(([name, text]) => `${name}|${Buffer.from(text, "latin1").toString("base64")}\n`).join(""),
        );
        const found = readAll(archive, 777);
        expect(found.map(({ entry, content }) => [entryPath(entry), content])).toEqual(all);
      }),
      { numRuns: RUNS * 5, examples: [[[["é", "one byte more than erl_tar says"]]]] },
    );
  });
});
