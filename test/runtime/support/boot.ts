import { Buffer } from "node:buffer";
import { Atom, atom, list, string, tuple, type Term } from "../../../src/terms/term.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { printTerm } from "../../../src/terms/print.js";
import {
  type BootApplication,
  type BootOptions,
  type EmbeddedNode,
  type FileSystem,
  type NodeEvent,
  bootNode,
} from "../../../src/runtime/index.js";
import type { Outcome } from "../../../src/target/target.js";

/** A file system of a few files in memory, which a test may change. */
export class MemoryFiles implements FileSystem {
  readonly files = new Map<string, string>();

  readFile(path: string): Uint8Array | undefined {
    const content = this.files.get(path);
    return content === undefined ? undefined : Buffer.from(content);
  }

  listDirectory(path: string): readonly string[] | undefined {
    const inside = [...this.files.keys()].filter((file) => file.startsWith(`${path}/`));
    if (inside.length === 0) return undefined;
    return [...new Set(inside.map((file) => file.slice(path.length + 1).split("/")[0]!))];
  }

  stat(path: string): { type: "regular" | "directory"; size: number; modifiedMs: number } | undefined {
    const content = this.files.get(path);
    if (content !== undefined) return { type: "regular", size: content.length, modifiedMs: 0 };
    return this.listDirectory(path) === undefined ? undefined : { type: "directory", size: 0, modifiedMs: 0 };
  }
}

export interface TestApplication {
  readonly name?: string;
  readonly vsn?: string;
  /** Source text by module name. */
  readonly modules: Readonly<Record<string, string>>;
  /** The callback module and its argument, as the term of `mod`. */
  readonly mod?: string;
  readonly type?: BootApplication["type"];
  readonly keys?: Readonly<Record<string, string>>;
}

export interface TestNode extends AsyncDisposable {
  readonly node: EmbeddedNode;
  readonly files: MemoryFiles;
  readonly events: NodeEvent[];
  /** Calls `Module:Function(Args...)` with the arguments as Erlang source; gives the outcome as text. */
  call(mfa: string, ...args: (string | Term)[]): Promise<string>;
  /** The same, giving the value. */
  value(mfa: string, ...args: (string | Term)[]): Promise<Term>;
}

/** A node in memory with the applications given; kernel and stdlib come with it. */
export async function bootTest(
  applications: readonly TestApplication[],
  options: Partial<BootOptions> = {},
  config: NonNullable<BootOptions["release"]["config"]> = [],
): Promise<TestNode> {
  const files = new MemoryFiles();
  const events: NodeEvent[] = [];
  const described = applications.map((application) => describe(application, files));
  const node = await bootNode({
    release: {
      root: "/root",
      name: "test",
      vsn: "1",
      erts: "13.1.5",
      config,
      applications: [{ name: "kernel", vsn: "8.5.3" }, { name: "stdlib", vsn: "4.2" }, ...described],
    },
    files,
    creation: 1,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const run = async (mfa: string, args: readonly (string | Term)[]): Promise<Outcome> => {
    const [module, fun] = mfa.split(":") as [string, string];
    const terms = args.map((argument) => (typeof argument === "string" ? parseTerm(argument) : argument));
    return await node.call({ module, function: fun, args: terms }, { timeoutMs: 20_000 });
  };
  return {
    node,
    files,
    events,
    call: async (mfa, ...args) => outcomeText(await run(mfa, args)),
    value: async (mfa, ...args) => {
      const outcome = await run(mfa, args);
      if (outcome.kind !== "returned") throw new Error(`${mfa}: ${outcomeText(outcome)}`);
      return outcome.value;
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "returned":
      return printTerm(outcome.value);
    case "raised":
      return `${outcome.class}:${printTerm(outcome.reason)}`;
    case "not_sent":
    case "unknown":
      return `${outcome.kind}:${outcome.cause}`;
  }
}

/** An event as one line: its kind and what it says, without the pid of the process it is about. */
export function eventText(event: NodeEvent): string {
  const { kind, ...parts } = event;
  const texts = Object.entries(parts).flatMap(([key, value]: [string, Term | string | undefined]) => {
    if (key === "pid" || value === undefined) return [];
    // The application of a progress report is followed by the node, which says nothing here.
    if (kind === "progress" && value instanceof Atom && key === "started") return [];
    return typeof value === "string" ? value : printTerm(value);
  });
  return [kind, ...texts].join(" ");
}

function describe(application: TestApplication, files: MemoryFiles): BootApplication {
  const { name = "app", vsn = "1" } = application;
  const directory = `/root/lib/${name}-${vsn}`;
  files.files.set(`${directory}/ebin/${name}.app`, "");
  for (const [module, source] of Object.entries(application.modules)) {
    files.files.set(`${directory}/ebin/${module}.js`, source);
  }
  const keys: Term[] = [
    ...Object.entries(application.keys ?? {}).map(([key, value]) => tuple(atom(key), parseTerm(value))),
    tuple(atom("description"), string(name)),
    tuple(atom("vsn"), string(vsn)),
    tuple(atom("modules"), list(...Object.keys(application.modules).map((module) => atom(module)))),
    tuple(atom("applications"), list(atom("kernel"), atom("stdlib"))),
  ];
  if (application.mod !== undefined) keys.push(tuple(atom("mod"), parseTerm(application.mod)));
  const specification = tuple(atom("application"), atom(name), list(...keys));
  return { name, vsn, directory, specification, ...(application.type && { type: application.type }) };
}
