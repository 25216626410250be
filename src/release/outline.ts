import { ProblemError, type Problem, type Span } from "../terms/problem.js";
import { Bitstring, type Term } from "../terms/term.js";
import { judge } from "./draft/judge.js";
import type { TermNode } from "./erlang/node.js";
import { listDraft, textDraft, type LocateTerm } from "./erlang/node.js";
import { fileForm } from "./file-kind.js";
import { versionDraft } from "./kinds/appup.js";
import { guardDepth, kinds, readAppup, readRoot, type Input } from "./read.js";
import type { AppupEntry, AppupVersion, Path } from "./records.js";
import { outlineSchema, versionSchema } from "./schema/upgrade-files.js";
import { encodeScript } from "./script.js";

/**
 * An appup whose scripts nobody has looked at yet. OTP checks only the entry that it picks, so an appup with a fault in
 * another entry still makes a relup (systools_relup:get_script_from_appup/5).
 */
export interface AppupOutline {
  readonly file: string;
  /** Undefined where it isn't a string: OTP only compares it. */
  readonly vsn: string | undefined;
  readonly upFrom: readonly OutlineEntry[];
  readonly downTo: readonly OutlineEntry[];
  /** The place of `vsn`. */
  locateVsn(): Span | undefined;
}

export interface OutlineEntry {
  readonly version: AppupVersion;
  /** For a pattern that is no text: OTP raises where it reaches the entry, and takes what stands before it. */
  readonly problems?: readonly [Problem, ...Problem[]];
  /** The script as it was written: for {@link decodeScript}, together with `locateScript`. */
  readonly script: Term;
  readonly locateScript: LocateTerm;
  locateVersion(): Span | undefined;
}

/**
 * Reads the outline of an appup. In the Erlang form elements that are no entry with a version are left out, as OTP
 * passes over them; in YAML, which OTP doesn't read, the whole file is checked. Throws a ProblemError where the file
 * can't be parsed or isn't `{Vsn, [...], [...]}`.
 */
export function readAppupOutline(input: Input, file: string): AppupOutline {
  if (fileForm(file) === "yaml") return yamlOutline(input, file);
  return guardDepth(input, file, () => {
    const { root } = readRoot(kinds.appup, input, file);
    return erlangOutline(root as TermNode, file);
  });
}

function erlangOutline(root: TermNode, file: string): AppupOutline {
  const parts = root.tuple(3);
  const draft =
    parts === undefined
      ? root.leaf(undefined)
      : root.object([
          ["upFrom", listDraft(parts[1]!, (entry) => entry.leaf(true))],
          ["downTo", listDraft(parts[2]!, (entry) => entry.leaf(true))],
        ]);
  const judged = judge(outlineSchema, draft);
  if (!judged.ok) throw new ProblemError(judged.problems);
  const [vsn, up, down] = parts!;
  const text = textDraft(vsn!);
  return {
    file,
    vsn: text.kind === "leaf" && typeof text.value === "string" ? text.value : undefined,
    upFrom: erlangEntries(up!),
    downTo: erlangEntries(down!),
    locateVsn: () => vsn!.span(),
  };
}

function erlangEntries(list: TermNode): readonly OutlineEntry[] {
  return list.elements("list")!.flatMap((element): readonly OutlineEntry[] => {
    const [version, script] = element.tuple(2) ?? [];
    if (version === undefined || script === undefined) return [];
    const judged = judge(versionSchema, versionDraft(version));
    const rest = {
      script: script.term,
      locateScript: (path: readonly number[]) => script.locate(path),
      locateVersion: () => version.span(),
    };
    if (judged.ok) return [{ version: judged.value, ...rest }];
    if (!(version.term instanceof Bitstring) || !version.term.isBinary) return [];
    const regex = new TextDecoder().decode(version.term.bytes);
    return [{ version: { regex }, ...rest, problems: judged.problems }];
  });
}

function yamlOutline(input: Input, file: string): AppupOutline {
  const manifest = readAppup(input, file);
  const { vsn, upFrom, downTo } = manifest.record;
  const entries = (field: "upFrom" | "downTo", list: readonly AppupEntry[]): readonly OutlineEntry[] =>
    list.map(({ version, instructions }, index) => {
      const script: Path = [field, index, "instructions"];
      return {
        version,
        script: encodeScript(instructions),
        // A path into the term of an instruction means nothing in YAML: the instruction is the place.
        locateScript: (path) => manifest.locate([...script, ...path.slice(0, 1)]),
        locateVersion: () => manifest.locate([field, index, "version"]),
      };
    });
  return {
    file,
    vsn,
    upFrom: entries("upFrom", upFrom),
    downTo: entries("downTo", downTo),
    locateVsn: () => manifest.locate(["vsn"]),
  };
}
