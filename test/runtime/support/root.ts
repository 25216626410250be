import { join } from "node:path";
import { readApp } from "../../../src/release/read.js";
import { encodeApp } from "../../../src/release/encode.js";
import { localFiles } from "../../../src/release/local-files.js";
import { readRelease } from "../../../src/release/root.js";
import {
  BUILT_IN_APPLICATIONS,
  type BootOptions,
  type BootRelease,
  type EmbeddedNode,
  bootNode,
} from "../../../src/runtime/index.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { outcomeText } from "./boot.js";

const RELEASES = join(import.meta.dirname, "..", "..", "..", "releases");

/** Reads a release of a root as the command line does, and gives what a node boots. */
export async function readBootRelease(root: string, vsn: string): Promise<BootRelease> {
  const contents = await readRelease(localFiles, root, vsn, { supplied: new Set(BUILT_IN_APPLICATIONS) });
  const { record } = contents.rel;
  return {
    root,
    name: record.name,
    vsn: record.vsn,
    erts: record.erts,
    applications: record.applications.map((application) => {
      const found = contents.applications.get(application.name);
      return {
        name: application.name,
        vsn: application.vsn,
        ...(application.type && { type: application.type }),
        ...(found && { directory: found.dir, specification: encodeApp(found.app.record) }),
      };
    }),
  };
}

export interface DemoNode extends AsyncDisposable {
  readonly node: EmbeddedNode;
  readonly root: string;
  /** Calls with arguments as Erlang source; gives the outcome as text. */
  call(mfa: string, ...args: string[]): Promise<string>;
}

/** Boots one of the releases that come with relupctl. */
export async function bootDemo(demo: string, vsn: string, options: Partial<BootOptions> = {}): Promise<DemoNode> {
  return await bootRoot(join(RELEASES, demo), vsn, options);
}

/** Boots a release of a root. */
export async function bootRoot(root: string, vsn: string, options: Partial<BootOptions> = {}): Promise<DemoNode> {
  const node = await bootNode({
    release: await readBootRelease(root, vsn),
    readApplication: (file, bytes) => encodeApp(readApp(bytes, file).record),
    ...options,
  });
  return {
    node,
    root,
    call: async (mfa, ...args) => {
      const [module, fun] = mfa.split(/:(?=[^:]*$)/) as [string, string];
      const terms = args.map((argument) => parseTerm(argument));
      return outcomeText(await node.call({ module, function: fun, args: terms }, { timeoutMs: 20_000 }));
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}
