import type { FileReader } from "../../release/reader.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import { ProblemError, type Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import type { Library, ObjectCode } from "../../upgrade/upgrade.js";
import { wantedCode, type ReadCode } from "../object-code.js";
import type { Binary } from "../prepared.js";
import type { NodeCode } from "../source/node-code.js";
import type { Snapshot } from "./snapshot.js";

/** Object code on this machine. */
export interface LocalCode {
  readonly bytes: Uint8Array;
  /** Undefined where it is no object code, or not for such a node. */
  readonly md5: string | undefined;
  readonly vsn: Term | undefined;
  readonly exportsCodeChange: boolean | undefined;
}

/** What is at hand of the new version, without the node. */
export interface LocalSide {
  readonly files: FileReader;
  /** A release root that holds the new version: what will lie in the root of the node. */
  readonly root: string;
  /** Directories outside of it that may be read: of a single application. */
  readonly others?: readonly string[];
  /** Looks into a file of object code; undefined where there is no such file. */
  inspect(file: string): Promise<LocalCode | undefined>;
}

/**
 * The code of a node as a snapshot tells it: the running versions from the snapshot, the new ones from this machine. The
 * root on this machine stands for the root of the node, so that paths, and what is made of them, are those of the node.
 */
export function snapshotCode(snapshot: Snapshot, local: LocalSide): NodeCode {
  const files = new SnapshotFiles(snapshot, local);
  return {
    node: snapshot.facts.node,
    files,
    rootDir: () => Promise.resolve(snapshot.root),
    applications: () => Promise.resolve(snapshot.facts.applications),
    release: () => Promise.resolve(snapshot.release),
    libDir: (application) => Promise.resolve(snapshot.directories.get(application)),
    objectCode: (script, libraries, listed) => objectCode(snapshot, files, local, script, libraries, listed),
  };
}

/** Files by their path on the node: a directory of which the snapshot has manifests is the node's, any other is here. */
class SnapshotFiles implements FileReader {
  readonly #snapshot: Snapshot;
  readonly #local: LocalSide;
  /** The directories of the snapshot's files, and those above them, with the names in them. */
  readonly #names = new Map<string, Set<string>>();
  /** The directories that hold the files themselves. */
  readonly #own = new Set<string>();

  constructor(snapshot: Snapshot, local: LocalSide) {
    this.#snapshot = snapshot;
    this.#local = local;
    for (const path of snapshot.files.keys()) {
      this.#own.add(parentOf(path));
      for (let at = path; at !== ""; at = parentOf(at)) {
        const names = this.#names.get(parentOf(at)) ?? new Set();
        this.#names.set(parentOf(at), names.add(at.slice(at.lastIndexOf("/") + 1)));
      }
    }
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const text = this.#snapshot.files.get(path);
    if (text !== undefined) return new TextEncoder().encode(text);
    // RELEASES of another machine says where things lie there.
    const here = path.endsWith("/RELEASES") ? undefined : this.localPath(path);
    return here === undefined || this.#own.has(parentOf(path)) ? undefined : await this.#local.files.read(here);
  }

  async list(directory: string): Promise<string[] | undefined> {
    const own = this.#names.get(directory);
    const here = this.#own.has(directory) && !directory.endsWith("/releases") ? undefined : this.localPath(directory);
    const found = here === undefined ? undefined : await this.#local.files.list(here);
    return own === undefined ? found : [...new Set([...own, ...(found ?? [])])];
  }

  /** Where a path of the node is on this machine; undefined where it isn't. */
  localPath(path: string): string | undefined {
    const { root } = this.#snapshot;
    if (path === root || path.startsWith(`${root}/`)) return `${this.#local.root}${path.slice(root.length)}`;
    return this.#local.others?.some((other) => path === other || path.startsWith(`${other}/`)) === true
      ? path
      : undefined;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

async function objectCode(
  { modules, extension }: Snapshot,
  files: SnapshotFiles,
  local: LocalSide,
  script: readonly LowLevelInstruction[],
  libraries: readonly Library[],
  listed: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ReadCode> {
  const wanted = wantedCode(script, libraries, listed, extension);
  const read = wanted.map(async (each): Promise<[ObjectCode, Binary | undefined]> => {
    const { module, file } = each;
    const here = files.localPath(file);
    const next = here === undefined ? undefined : await local.inspect(here);
    const previous = modules.get(module)?.onDisk;
    const facts = {
      ...each,
      isPresent: next !== undefined,
      md5: next?.md5,
      vsn: next?.vsn,
      exportsCodeChange: next?.exportsCodeChange,
      previousMd5: previous?.md5,
      previousVsn: previous?.vsn,
    };
    return [facts, next && { file, bytes: next.bytes }];
  });
  const found = await Promise.all(read);
  return {
    facts: new Map(found.map(([facts]) => [facts.module, facts])),
    code: new Map(found.map(([{ module }, next]) => [module, next === undefined ? {} : { next }])),
  };
}

/** Does what reads by paths of the node; what goes wrong is told with the paths of this machine. */
export async function withLocalPaths<Result>(
  snapshot: Snapshot,
  local: LocalSide,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first, ...rest] = error.problems.map((problem) => relocated(problem, snapshot, local.root));
    throw new ProblemError([first!, ...rest]);
  }
}

function relocated(problem: Problem, { root, files, facts, taken }: Snapshot, localRoot: string): Problem {
  const { span } = problem;
  const isOwn = span !== undefined && files.has(span.file);
  if (isOwn)
    return {
      ...problem,
      detail: `${problem.detail ?? ""} The file is in the snapshot of ${facts.node}, taken ${taken}.`.trim(),
    };
  const move = (text: string): string => text.replaceAll(root, localRoot);
  return {
    ...problem,
    summary: move(problem.summary),
    ...(problem.detail !== undefined && { detail: move(problem.detail) }),
    ...(problem.hint !== undefined && { hint: move(problem.hint) }),
    ...(span !== undefined && { span: { ...span, file: move(span.file) } }),
  };
}
