import { ProblemError, type Problem } from "../../terms/problem.js";
import type { KindName, RecordOf } from "../kinds/kind.js";
import { readManifest } from "../read.js";
import type { FileReader } from "../reader.js";
import type { Manifest } from "../records.js";

/** Reads manifests, and keeps what was read and all that is wrong with it. */
export class Reading {
  readonly reader: FileReader;
  readonly #files = new Set<string>();
  readonly #problems: Problem[] = [];

  constructor(reader: FileReader) {
    this.reader = reader;
  }

  /** The files that were checked. */
  get files(): ReadonlySet<string> {
    return this.#files;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Another reading of the same files, for what is only looked at to understand those that are checked. */
  aside(): Reading {
    return new Reading(this.reader);
  }

  /** A manifest; undefined where it is invalid. */
  async manifest<Name extends KindName>(kind: Name, file: string): Promise<Manifest<RecordOf[Name]> | undefined> {
    const manifest = await this.attempt(file, async () => {
      const bytes = await this.reader.read(file);
      return bytes === undefined ? undefined : readManifest(kind, bytes, file);
    });
    this.warn(manifest?.warnings ?? []);
    return manifest;
  }

  /** Keeps what is odd about a file that is valid. */
  warn(warnings: readonly Problem[]): void {
    this.#problems.push(...warnings);
  }

  /** The result of reading a file that is checked; undefined where that found problems. */
  async attempt<Result>(file: string, read: () => Promise<Result>): Promise<Result | undefined> {
    this.#files.add(file);
    return await this.collect(read);
  }

  /** The result, or undefined with its problems kept. */
  async collect<Result>(read: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#problems.push(...error.problems.map(placed));
      return undefined;
    }
  }
}

/** What has no place of its own, such as the number of further problems, is told at the place of the one before it. */
function placed(problem: Problem, index: number, problems: readonly Problem[]): Problem {
  const span = problem.span ?? problems[index - 1]?.span;
  return span === undefined ? problem : { ...problem, span };
}
