import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoNode, bootRoot } from "./support/root.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const PAGE = readFileSync(join(REPOSITORY, "docs", "writing-modules.md"), "utf8");

/** The files that the page shows: blocks whose first line is a comment with a path. */
const FILES = [...PAGE.matchAll(/^```\w+\n(?:\/\/|#) (\S+\.\w+)\n([\s\S]*?)^```$/gm)].map(([, path, content]) => ({
  path: path!,
  content: content!,
}));

interface TsConfig {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

/** Starts the loop of the page under a name, asks it, and tells whether it runs old code. */
const DRIVER = `const { apply, atom, list, make_ref, receive, register, self, send, tuple, whereis } = require("relupctl/runtime");
const LOOP = atom("hello_loop");
exports.start = async () => {
  const started = await apply(atom("proc_lib"), atom("start"), [LOOP, atom("init"), list(self())]);
  register(LOOP, started.elements[1]);
  return atom("ok");
};
exports.ask = async () => {
  const ref = make_ref();
  send(LOOP, tuple(self(), ref));
  return (await receive()).elements[1];
};
exports.runs_old = () => apply(atom("erlang"), atom("check_process_code"), [whereis(LOOP), LOOP]);
`;

describe("docs/writing-modules.md", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "relupctl-hello-"));
    for (const { path, content } of FILES) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("shows files", () => {
    expect(FILES.map(({ path }) => path)).toContain("lib/hello-1.1.0/ebin/hello.js");
    expect(FILES).toHaveLength(10);
  });

  const load = async (node: DemoNode, module: string, vsn: string): Promise<string> => {
    await node.call("code:add_patha", JSON.stringify(`${root}/lib/hello-${vsn}/ebin`));
    await node.call("code:purge", module);
    return await node.call("code:load_file", module);
  };

  it("has an application that runs and is upgraded, up and down", async () => {
    await using node = await bootRoot(root, "1.0.0");
    expect(await node.call("gen_server:call", "hello", "{greet, world}")).toBe("{hello,world}");
    expect(await node.call("sys:suspend", "hello")).toBe("ok");
    expect(await load(node, "hello", "1.1.0")).toBe("{module,hello}");
    expect(await node.call("sys:change_code", "hello", "hello", '"1.0.0"', "[]")).toBe("ok");
    expect(await node.call("sys:resume", "hello")).toBe("ok");
    expect(await node.call("gen_server:call", "hello", "count")).toBe("1");
    expect(await node.call("gen_server:call", "hello", "last")).toBe("nobody");
    expect(await node.call("gen_server:call", "hello", "{greet, you}")).toBe("{hello,you}");
    expect(await node.call("gen_server:call", "hello", "last")).toBe("you");
    await node.call("sys:suspend", "hello");
    expect(await node.call("sys:change_code", "hello", "hello", '{down, "1.0.0"}', "[]")).toBe("ok");
    expect(await load(node, "hello", "1.0.0")).toBe("{module,hello}");
    await node.call("sys:resume", "hello");
    expect(await node.call("gen_server:call", "hello", "count")).toBe("2");
  });

  it("has a loop of its own that moves to new code", async () => {
    writeFileSync(join(root, "lib/hello-1.0.0/ebin/driver.js"), DRIVER);
    await using node = await bootRoot(root, "1.0.0");
    expect(await load(node, "hello_loop", "1.0.0")).toBe("{module,hello_loop}");
    expect(await node.call("driver:start")).toBe("ok");
    expect(await node.call("driver:ask")).toBe("0");
    expect(await load(node, "hello_loop", "1.0.0")).toBe("{module,hello_loop}");
    expect(await node.call("driver:runs_old")).toBe("true");
    await node.call("erlang:send", "hello_loop", "move");
    expect(await node.call("driver:ask")).toBe("1");
    expect(await node.call("driver:runs_old")).toBe("false");
    expect(await load(node, "hello_loop", "1.0.0")).toBe("{module,hello_loop}");
    await node.call("sys:suspend", "hello_loop");
    expect(await node.call("sys:change_code", "hello_loop", "hello_loop", "x", "y")).toBe("ok");
    await node.call("sys:resume", "hello_loop");
    expect(await node.call("driver:ask")).toBe("2");
    expect(await node.call("driver:runs_old")).toBe("false");
  });

  it("has a TypeScript module that compiles to one the node runs", async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as TsConfig;
    expect(compilerOptions).toMatchObject({ module: "commonjs", moduleResolution: "bundler", strict: true });
    // The package as it lies in the repository, not installed.
    const checked = {
      ...compilerOptions,
      noEmit: true,
      rootDir: "/",
      skipLibCheck: true,
      lib: ["es2023", "esnext.disposable"],
      types: ["node"],
      typeRoots: [join(REPOSITORY, "node_modules", "@types")],
      paths: { "relupctl/runtime": [join(REPOSITORY, "src", "runtime", "index.ts")] },
    };
    const project = join(root, "tsconfig.test.json");
    writeFileSync(project, JSON.stringify({ compilerOptions: checked, files: ["src/hello_ts.ts"] }));
    const tsc = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
    const ran = promisify(execFile)(process.execPath, [tsc, "-p", project]);
    const { stdout } = await ran.catch((error: unknown) => error as { stdout: string });
    expect(stdout).toBe("");

    const source = readFileSync(join(root, "src/hello_ts.ts"), "utf8");
    const settings = ts.convertCompilerOptionsFromJson(compilerOptions, root).options;
    const { outputText } = ts.transpileModule(source, { compilerOptions: settings });
    writeFileSync(join(root, "lib/hello-1.0.0/ebin/hello_ts.js"), outputText);
    await using node = await bootRoot(root, "1.0.0");
    expect(await node.call("gen_server:start", "{local,hello_ts}", "hello_ts", "[]", "[]")).toMatch(/^\{ok,/);
    expect(await node.call("gen_server:call", "hello_ts", "next")).toBe("0");
    expect(await node.call("gen_server:call", "hello_ts", "next")).toBe("1");
    expect(await node.call("erlang:function_exported", "hello_ts", "code_change", "3")).toBe("true");
    expect(await node.call("beam_lib:version", JSON.stringify(`${root}/lib/hello-1.0.0/ebin/hello_ts`))).toBe(
      '{ok,{hello_ts,"1.0.0"}}',
    );
  });
});
