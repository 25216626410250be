import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { readSnapshot } from "../engine/snapshot/read.js";
import type { Snapshot } from "../engine/snapshot/snapshot.js";
import { snapshotCode, withLocalPaths } from "../engine/snapshot/code.js";
import type { PreparedUpgrade } from "../engine/prepared.js";
import { readApplicationUpgradeOf } from "../engine/source/application.js";
import { readReleaseUpgradeOf } from "../engine/source/release.js";
import { CommandError, EXIT } from "./exit.js";
import { choicesOf, type Choices, type Source } from "./source.js";

export interface SnapshotOptions {
  readonly snapshot?: string;
}

/** Adds `--snapshot`, for commands that can do their work from one. */
export function withSnapshotOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--snapshot <file>",
      "work from this snapshot of a node, and not on the node; --root is where the new release lies here",
    ).conflicts(["node", "boot"]),
  );
}

/**
 * Reads a snapshot that `relupctl snapshot` wrote.
 * @throws CommandError where there is no such file, ProblemError where it is none, or is invalid
 */
export async function openSnapshot(file: string): Promise<Snapshot> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new CommandError(EXIT.invalid, {
      code: "snapshot-invalid",
      summary: `the snapshot ${file} can't be read`,
      detail: (error as Error).message,
      hint: "Take one with: relupctl snapshot -o FILE",
    });
  }
  return readSnapshot(bytes, file);
}

/**
 * Reads the upgrade of a node that is known by a snapshot: its running version from the snapshot, the new one from the
 * release root, or the application's directory, on this machine.
 * @throws ProblemError when it can't be read, or no way leads there
 */
export async function prepareFromSnapshot(
  snapshot: Snapshot,
  source: Source,
  options: { readonly root: string; readonly connectTimeout: number } & Choices,
): Promise<PreparedUpgrade> {
  const directory = "app" in source ? resolve(source.app) : undefined;
  // It brings the embedded node along, which nothing else needs that is done with a snapshot.
  const { openLocalCode } = await import("./local-code.js");
  await using local = await openLocalCode(snapshot.extension, resolve(options.root), directory, options.connectTimeout);
  const code = snapshotCode(snapshot, local);
  const prepared = await withLocalPaths(snapshot, local, async () =>
    "vsn" in source
      ? await readReleaseUpgradeOf(code, source.vsn)
      : await readApplicationUpgradeOf(code, resolve(source.app)),
  );
  const { upgrade, config } = prepared;
  return {
    ...prepared,
    upgrade: { ...upgrade, ...choicesOf(options) },
    // What the node is configured with isn't in a snapshot: nothing is said of what the upgrade changes there.
    config: { before: config.after, after: config.after },
  };
}
