import { join } from "node:path";
import { parseForms } from "../../terms/parse.js";
import { prettyTerm } from "../../terms/pretty.js";
import { ProblemError } from "../../terms/problem.js";
import { decodeSource } from "../../terms/source.js";
import { type Term, atom, list, string, tuple } from "../../terms/term.js";
import type { FileWriter, PosixReason } from "../code/file-writer.js";
import type { RuntimeNode } from "../node.js";
import { elementsOf } from "../support/term.js";
import { readRelease, releaseTerm, type Release } from "./records.js";

/** What the release handler answers `{error, Reason}` with. */
export class Refused extends Error {
  readonly reason: Term;
  constructor(reason: Term) {
    super("refused by the release handler");
    this.reason = reason;
  }
}

export const releasesDirectory = (node: RuntimeNode): string => join(node.root, "releases");

/** What RELEASES holds; undefined where there is none, or where it can't be read (which OTP too takes for none). */
export function readReleases(node: RuntimeNode): Release[] | undefined {
  const file = join(releasesDirectory(node), "RELEASES");
  const bytes = node.files.readFile(file);
  if (bytes === undefined) return undefined;
  try {
    const [form] = parseForms(decodeSource(bytes, file), file);
    const releases = elementsOf(form?.term)?.map(readRelease);
    return releases?.every((release) => release !== undefined) === true ? releases : undefined;
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** Writes RELEASES, where nothing is `current`: a start boots what is permanent (release_handler:write_releases/3). */
export function writeReleases(node: RuntimeNode, releases: readonly Release[]): void {
  const kept = releases.map((release) => (release.status === "current" ? { ...release, status: "unpacked" } : release));
  const text = `%% coding: utf-8\n${prettyTerm(list(...kept.map(releaseTerm)))}.\n`;
  writeWhole(node, join(releasesDirectory(node), "RELEASES"), text);
}

/** Writes `start_erl.data`: what a start boots. */
export function writeStartErl(node: RuntimeNode, { erts, vsn }: Release): void {
  writeWhole(node, join(releasesDirectory(node), "start_erl.data"), `${erts ?? node.system.erts} ${vsn}`);
}

/** Under another name first, so that a full disk leaves what was there. */
function writeWhole(node: RuntimeNode, path: string, text: string): void {
  const temporary = `${path}.change`;
  const act = writer(node);
  const reason = act.writeFile(temporary, new TextEncoder().encode(text)) ?? act.rename(temporary, path);
  if (reason === undefined) return;
  act.delete(temporary);
  throw fileError(reason, path);
}

/** Writes the files that aren't there yet; those that are stay as they are, as with `erl_tar`'s keep_old_files. */
export function writeNewFiles(node: RuntimeNode, files: ReadonlyMap<string, Uint8Array>): void {
  const act = writer(node);
  for (const [name, bytes] of files) {
    const path = join(node.root, name);
    if (node.files.stat(path) !== undefined) continue;
    const reason = act.makeDirectory(join(path, "..")) ?? act.writeFile(path, bytes);
    if (reason !== undefined) throw fileError(reason, path);
  }
}

export function deleteFile(node: RuntimeNode, path: string): void {
  writer(node).delete(path);
}

function writer({ files, root }: RuntimeNode): FileWriter {
  if (files.writer === undefined) throw fileError("erofs", root);
  return files.writer;
}

export const fileError = (reason: PosixReason, path: string): Refused => new Refused(tuple(atom(reason), string(path)));
