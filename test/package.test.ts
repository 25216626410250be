import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TemporaryFolder } from "./cli/support/root.js";
import { environment, REPOSITORY } from "./cli/support/run.js";

const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly version: string;
  readonly files: readonly { readonly path: string }[];
}

/** A module that boots a node, as somebody would write it who uses the package. */
const USER = `
import { atom, bootNode, BootError, type BootRelease, type EmbeddedNode } from "relupctl/runtime";

const release: BootRelease = { root: "/srv", name: "shop", vsn: "1", erts: "13.1.5", applications: [] };

export async function applications(): Promise<string> {
  try {
    await using node: EmbeddedNode = await bootNode({ release });
    const mfa = { module: "application", function: "which_applications", args: [] };
    const outcome = await node.call(mfa, { timeoutMs: 5_000 });
    return outcome.kind === "returned" ? String(outcome.value) : outcome.kind;
  } catch (error) {
    if (error instanceof BootError) return error.message;
    throw error;
  }
}

export const name: "atom" = atom("x").kind;
// @ts-expect-error: a node needs a release
void bootNode({});
`;

const STRICT = {
  noEmit: true,
  strict: true,
  module: "nodenext",
  target: "es2023",
  lib: ["es2023", "esnext.disposable"],
  types: [],
};

/** What a command has printed, also of one that failed. */
interface Output {
  readonly stdout: string;
}

describe("the package", () => {
  const folder = new TemporaryFolder();
  let packed: Packed;
  const inFolder = async (command: string, ...args: string[]): Promise<string> =>
    (await run(command, args, { cwd: folder.path, env: environment({ npm_config_update_notifier: "false" }) })).stdout;

  beforeAll(async () => {
    // Without scripts: what is packed is built by now, and building it again would disturb the other tests.
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder.path];
    const { stdout } = await run("npm", pack, { cwd: REPOSITORY, env: environment() });
    [packed] = JSON.parse(stdout) as [Packed];
    folder.write("package.json", '{ "name": "user", "private": true, "type": "module" }');
    const install = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    await inFolder("npm", ...install, folder.at(packed.filename));
  });
  afterAll(() => {
    folder[Symbol.dispose]();
  });

  it("holds what is used, and nothing that only its makers need", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of ["bin/relupctl.js", "dist/cli/main.js", "dist/runtime/index.d.ts", "LICENSE", "README.md"]) {
      expect(paths).toContain(path);
    }
    expect(paths).toContain("releases/counter/releases/0.1.0/counter.rel.yaml");
    expect(paths.filter((path) => /^(src|test|bench|fixtures|scripts|node_modules)\//.test(path))).toEqual([]);
  });

  it("runs where it is installed, on the demo release that it brings along", async () => {
    expect(await inFolder("npx", "--no", "--", "relupctl", "--version")).toBe(`${packed.version}\n`);
    const root = join("node_modules", "relupctl", "releases", "counter");
    const upgraded = await inFolder("npx", "--no", "--", "relupctl", "apply", "0.2.0", "--root", root);
    expect(upgraded).toMatch(/^Upgraded to 0\.2\.0 in/m);
    const imported = 'import { bootNode } from "relupctl/runtime"; console.log(typeof bootNode);';
    expect(await inFolder(process.execPath, "--input-type=module", "--eval", imported)).toBe("function\n");
  });

  it("has types for who boots nodes, without the types of Node.js and without skipLibCheck", async () => {
    folder.write("user.ts", USER);
    folder.write("tsconfig.json", JSON.stringify({ compilerOptions: STRICT, files: ["user.ts"] }));
    const tsc = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc], { cwd: folder.path }).catch(
      (error: unknown) => error as Output,
    );
    expect(stdout).toBe("");
  });
});
