import { atomName, stringText, taggedTuple } from "../../terms/access.js";
import { parseForms } from "../../terms/parse.js";
import { ProblemError, type Span } from "../../terms/problem.js";
import { SourceText } from "../../terms/source-text.js";
import { decodeSource } from "../../terms/source.js";
import { List, Tuple, type Term } from "../../terms/term.js";

/** The words of release_handler for what state a release is in. */
export const releaseStatuses = ["unpacking", "unpacked", "current", "permanent", "old", "tmp_current"] as const;
export type ReleaseStatus = (typeof releaseStatuses)[number];

/** `{release, Name, Vsn, ErtsVsn, [{Lib, Vsn, Dir}], Status}`: the record of release_handler, as RELEASES holds it. */
export interface RegisteredRelease {
  readonly name: string;
  readonly vsn: string;
  readonly erts: string;
  readonly libs: readonly { readonly name: string; readonly vsn: string; readonly dir: string }[];
  readonly status: ReleaseStatus;
}

/**
 * Reads `releases/RELEASES`, as release_handler:init/1 does. Throws a ProblemError where the file holds anything else:
 * release_handler then forgets all releases but the running one, in silence.
 */
export function readReleasesFile(bytes: Uint8Array, file: string): readonly RegisteredRelease[] {
  const text = decodeSource(bytes, file);
  const [form, second] = parseForms(text, file);
  const whole = (): Span => form?.locate([]) ?? new SourceText(text, file).span(0, 0);
  if (form === undefined || second !== undefined) throw refused(second?.locate([]) ?? whole());
  const elements = form.term instanceof List && form.term.isProper ? form.term.elements : undefined;
  if (elements === undefined) throw refused(whole());
  return elements.map((element, index) => {
    const release = registered(element);
    if (release === undefined) throw refused(form.locate([index]));
    return release;
  });
}

function refused(span: Span): ProblemError {
  return new ProblemError([
    {
      code: "bad-releases-file",
      severity: "error",
      summary: "RELEASES must be one list of {release, Name, Vsn, ErtsVsn, Libs, Status}",
      detail: "release_handler writes this file. Where it can't read it, it forgets every release but the running one.",
      hint: "Restore the file, or make it anew with release_handler:create_RELEASES/4.",
      span,
    },
  ]);
}

function registered(term: Term): RegisteredRelease | undefined {
  const [, name, vsn, erts, libs, status] = taggedTuple(term, "release", 6) ?? [];
  const texts = [name, vsn, erts].map(stringText);
  const found = releaseStatuses.find((each) => each === atomName(status));
  if (!(libs instanceof List) || found === undefined || texts.some((text) => text === undefined)) return undefined;
  const dirs = libs.elements.map(library);
  if (!libs.isProper || !dirs.every((dir) => dir !== undefined)) return undefined;
  return { name: texts[0]!, vsn: texts[1]!, erts: texts[2]!, libs: dirs, status: found };
}

function library(term: Term): RegisteredRelease["libs"][number] | undefined {
  if (!(term instanceof Tuple) || term.arity !== 3) return undefined;
  const name = atomName(term.elements[0]);
  const vsn = stringText(term.elements[1]);
  const dir = stringText(term.elements[2]);
  return name === undefined || vsn === undefined || dir === undefined ? undefined : { name, vsn, dir };
}

/** What `releases/start_erl.data` says: the version of erts and of the release that a start boots. */
export function readStartErlData(bytes: Uint8Array): { readonly erts: string; readonly vsn: string } | undefined {
  const match = /^\s*(\S+)\s+(\S+)\s*$/.exec(new TextDecoder().decode(bytes));
  return match === null ? undefined : { erts: match[1]!, vsn: match[2]! };
}
