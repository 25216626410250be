import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import type { z } from "zod";

/** The repository, which commands run in. */
export const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
export const PROGRAM = join(REPOSITORY, "bin", "relupctl.js");
/** The demo releases. */
export const COUNTER = join(REPOSITORY, "releases", "counter");
export const STORE = join(REPOSITORY, "releases", "store");

/** No command of a test takes longer; one that does is killed and fails the test by its exit code. */
export const TIMEOUT_MS = 120_000;

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is given the process when it has started. */
  readonly onStart?: (process: ChildProcess) => void;
}

/** What the outcome of a command may not depend on: the terminal, colours and cookies of whoever runs the tests. */
const FOREIGN = ["NO_COLOR", "FORCE_COLOR", "CI", "TERM", "COLUMNS", "RELUPCTL_COOKIE", "ERL_LIBS", "NODE_OPTIONS"];

/** The environment of a command, without what would change what it prints. */
export function environment(given: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name));
  return { ...Object.fromEntries(kept), ...given };
}

/** Runs the built program and waits until it has ended. */
export async function relupctl(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? REPOSITORY,
    env: environment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<Pick<Finished, "code" | "signal">>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
  options.onStart?.(child);
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
}

/**
 * Runs the program with `--json`: stdout must hold one document of the given form and nothing else.
 * @returns the exit code, the document, and what was said on stderr
 */
export async function relupctlJson<Schema extends z.ZodType>(
  args: readonly string[],
  schema: Schema,
  options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly document: z.output<Schema>; readonly stderr: string }> {
  const { code, stdout, stderr } = await relupctl([...args, "--json"], options);
  return { code, document: oneDocument(stdout, schema), stderr };
}

/** The one JSON document that a text is. */
export function oneDocument<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  expect(text).toMatch(/^\{[^]*\}\n$/);
  return schema.parse(JSON.parse(text));
}

/** The columns of the longest line. */
export function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

/** A text without its line breaks and indentation, so that sentences can be looked for. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, " ");
}
