import { equals } from "../terms/equal.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { prettyTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";
import { judge } from "./draft/judge.js";
import type { Form } from "./draft/draft.js";
import type { Node } from "./draft/readers.js";
import { TermNode } from "./erlang/node.js";
import { assertWritable } from "./erlang/writable.js";
import type { Kind, KindName, RecordOf } from "./kinds/kind.js";
import { guardDepth, kinds, readRoot, type Input } from "./read.js";
import { isTerm } from "./schema/leaves.js";
import { maxYamlLength } from "./yaml/document.js";
import { layOut } from "./yaml/layout.js";
import { erl } from "./yaml/scalars.js";
import { recordPart } from "./yaml/write.js";

export interface YamlOptions {
  /** The address of the JSON Schema, for the first line, which tells editors of it. */
  readonly schema?: string;
}

/**
 * The YAML form of a manifest. A term is read first; where the record doesn't hold all of it (an .app with a key that is
 * written twice, say), the file is one `!erl` with the term as it is, so that nothing is lost. Throws a ProblemError
 * where the term is no valid manifest, or too large for a YAML file.
 */
export function toYaml<Name extends KindName>(
  name: Name,
  manifest: Term | RecordOf[Name],
  options: YamlOptions = {},
): string {
  const kind: Kind<Name> = kinds[name];
  const record = isTerm(manifest) ? recordOf(kind, new TermNode(manifest, () => undefined)) : manifest;
  const isWhole = !isTerm(manifest) || equals(kind.encode(record), manifest);
  if (!isTerm(manifest)) assertWritable(kind.encode(record));
  if (!isWhole) return readable(layOut(erl(manifest)));
  const head = options.schema === undefined ? "" : `# yaml-language-server: $schema=${options.schema}\n`;
  return readable(head + layOut(recordPart(name, record)));
}

/**
 * The Erlang form of a manifest: one term with its full stop, and the line that names the encoding where it isn't
 * ASCII. Throws a ProblemError where the record holds a term that has no written form (a pid, say).
 */
export function toErlang<Name extends KindName>(name: Name, manifest: Term | RecordOf[Name]): string {
  const term = writable(isTerm(manifest) ? manifest : kinds[name].encode(manifest));
  const text = `${prettyTerm(term)}.\n`;
  return /[^\x00-\x7f]/.test(text) ? `%% coding: utf-8\n${text}` : text;
}

/** A manifest in the other form, with what is odd about it. Comments are lost, nothing else is. */
export function convert(
  name: KindName,
  input: Input,
  file: string,
  to: Form,
  options: YamlOptions = {},
): { readonly text: string; readonly warnings: readonly Problem[] } {
  return guardDepth(input, file, () => {
    // Which of the kinds it is doesn't matter here: its record goes back to it alone.
    const kind = kinds[name] as unknown as Kind<KindName>;
    const { root, warnings } = readRoot(kind, input, file);
    const draft = kind.read(root);
    const record = recordOf(kind, root, draft);
    const term = termOf(root) ?? kind.encode(record);
    const text = to === "yaml" ? toYaml(name, term, options) : toErlang(name, term);
    return { text, warnings: [...warnings, ...kind.warnings(root, draft, record)] };
  });
}

/** The term that a file is, in Erlang or as one `!erl` in YAML. */
function termOf(root: Node): Term | undefined {
  if (root instanceof TermNode) return root.term;
  const term = root.isErl ? root.erl() : undefined;
  return term instanceof TermNode ? term.term : undefined;
}

/** What is written must be read again. */
function readable(text: string): string {
  if (text.length <= maxYamlLength) return text;
  const summary = `the manifest is too large for YAML: ${text.length} characters, at most ${maxYamlLength} are read`;
  throw new ProblemError([{ code: "file-too-large", severity: "error", summary, hint: "Keep the Erlang form." }]);
}

function recordOf<Name extends KindName>(kind: Kind<Name>, root: Node, draft = kind.read(root)): RecordOf[Name] {
  const judged = judge(kind.schema, draft);
  if (!judged.ok) throw new ProblemError(judged.problems);
  return kind.finish?.(judged.value) ?? judged.value;
}

function writable(term: Term): Term {
  assertWritable(term);
  return term;
}
