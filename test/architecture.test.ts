import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..", "src");

/** What each folder may import besides itself; the arrows of docs/architecture.md. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  terms: [],
  beam: ["terms"],
  target: ["terms"],
  release: ["beam", "terms"],
  upgrade: ["release", "beam", "terms"],
  otp: ["target", "terms"],
  distribution: ["target", "terms"],
  runtime: ["target", "terms"],
  engine: ["otp", "upgrade", "release", "target", "terms"],
  // The shell: it opens targets, so it alone knows which kinds of target there are.
  cli: ["engine", "otp", "upgrade", "release", "target", "terms", "distribution", "runtime"],
};

/** Folders that are pure: no files, sockets, processes or clocks. */
const PURE = ["terms", "beam", "upgrade", "target"];
const IO_MODULES =
  /^node:(fs|net|tls|http|https|http2|dgram|child_process|worker_threads|cluster|dns|os|process|timers|readline|repl|inspector)(\/|$)/;
/** In `distribution` only these may touch sockets and files: the codecs are pure. */
const DISTRIBUTION_SHELL = readdirSync(join(SRC, "distribution"))
  .filter((name) => name.endsWith(".ts"))
  .filter((name) => !/^(flags|handshake|frames|fragments|control|address|epmd-protocol)/.test(name));

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const folder = relative(SRC, file).split(sep)[0]!;
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => ({ file, folder, target: match[1]! }));
}

const imports = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => importsOf(join(SRC, name)));

describe("the architecture", () => {
  it("has no folder that the rules don't know", () => {
    expect(readdirSync(SRC).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it("imports one way only", () => {
    const wrong = imports
      .filter(({ target }) => target.startsWith("."))
      .map((each) => ({ ...each, to: relative(SRC, join(dirname(each.file), each.target)).split(sep)[0]! }))
      .filter(({ folder, to }) => to !== folder && MAY_IMPORT[folder]?.includes(to) !== true)
      .map(({ file, to }) => `${relative(SRC, file)} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it("does no I/O in the pure folders", () => {
    const wrong = imports
      .filter(({ folder, target }) => PURE.includes(folder) && IO_MODULES.test(target))
      .map(({ file, target }) => `${relative(SRC, file)} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it("does no I/O in the codecs of the distribution protocol", () => {
    const wrong = imports
      .filter(
        ({ file, folder }) =>
          folder === "distribution" && !DISTRIBUTION_SHELL.includes(relative(join(SRC, "distribution"), file)),
      )
      .filter(({ target }) => IO_MODULES.test(target))
      .map(({ file, target }) => `${relative(SRC, file)} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it("calls a node through the facade only", () => {
    const callers = imports
      .map(({ file }) => file)
      .filter((file) => /\.call\(\{?\s*(module|mfa)/.test(readFileSync(file, "utf8")))
      .map((file) => relative(SRC, file))
      .filter((file) => !/^(otp|distribution|runtime)\//.test(file));
    // The fence is a target itself, before another: it passes on what the facade calls.
    expect([...new Set(callers)]).toEqual([join("engine", "guardian", "fence.ts")]);
  });
});
