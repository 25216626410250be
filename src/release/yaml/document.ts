import * as yaml from "yaml";
import { ProblemError, throwProblems, type Problem } from "../../terms/problem.js";
import { SourceText } from "../../terms/source-text.js";
import { isStackOverflow } from "../stack-overflow.js";
import { tell } from "../wording/told.js";
import { resolveAliases, type AliasTargets } from "./aliases.js";
import { tooDeepAt } from "./depth.js";
import { duplicateKey, findDuplicateKeys } from "./duplicate-keys.js";

/** The tag of a scalar whose text is an Erlang term. */
export const erlTag = "!erl";

/** A parsed YAML file: its nodes and what is needed to give them places. */
export interface YamlDocument {
  readonly source: SourceText;
  readonly root: yaml.ParsedNode | null;
  readonly targets: AliasTargets;
}

/** YAML is for people: a file that is larger was made by a machine, and the Erlang form is read far faster. */
export const maxYamlLength = 1024 * 1024;

const options = {
  // Integers of any size, and told apart from floats.
  intAsBigInt: true,
  // The package compares each key with each other one, which takes minutes for a large mapping: see findDuplicateKeys.
  uniqueKeys: false,
  prettyErrors: false,
  schema: "core",
  customTags: [{ tag: erlTag, resolve: (text: string) => text }],
} satisfies yaml.ParseOptions & yaml.DocumentOptions & yaml.SchemaOptions;

/**
 * Parses a YAML 1.2 file of one document, of at most `maxLength` characters. Throws a ProblemError (`syntax-error`, `duplicate-key`, `alias-bomb`,
 * `too-deep`) with every fault found.
 */
export function parseYaml(text: string, file: string, maxLength = maxYamlLength): YamlDocument {
  const source = new SourceText(text, file);
  if (text.length > maxLength) throw tooLarge(source, maxLength);
  const deep = tooDeepAt(text);
  if (deep !== undefined) throw tooDeep(source, deep);
  const document = parse(source);
  throwProblems(tell([...document.errors, ...document.warnings], (error) => syntaxProblem(source, error)));
  throwProblems(versionProblems(source, document));
  const targets = resolveAliases(document.contents, source);
  throwProblems(tell(findDuplicateKeys(document.contents), (key) => duplicateKey(key, source)));
  return { source, root: document.contents, targets };
}

function parse(source: SourceText): yaml.Document.Parsed {
  const { stackTraceLimit } = Error;
  // The package makes an Error of each fault, a million of them where a file is nonsense: their stacks cost most.
  Error.stackTraceLimit = 0;
  try {
    return yaml.parseDocument(source.text, options);
  } catch (error) {
    // The package recurses once per level of nesting.
    if (isStackOverflow(error)) throw tooDeep(source);
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The error for a file whose parts are nested deeper than the machine can follow. */
export function tooDeep(source: SourceText, offset = 0): ProblemError {
  const summary = "the file is nested too deeply";
  return new ProblemError([{ code: "too-deep", severity: "error", summary, span: source.span(offset, offset) }]);
}

function tooLarge(source: SourceText, maxLength: number): ProblemError {
  const summary = `the YAML file is too large: ${source.text.length} characters, at most ${maxLength} are read`;
  const hint = "Use the Erlang form for a file of this size.";
  return new ProblemError([{ code: "file-too-large", severity: "error", summary, hint, span: source.span(0, 0) }]);
}

/** YAML 1.1 reads `yes` as true and `010` as 8: a file that asks for it would mean something else to us. */
function versionProblems(source: SourceText, document: yaml.Document.Parsed): readonly Problem[] {
  const { explicit, version } = document.directives.yaml;
  if (explicit !== true || version === "1.2") return [];
  const summary = `the file asks for YAML ${version}; manifests are YAML 1.2`;
  const start = Math.max(0, source.text.indexOf("%YAML"));
  const hint = "Take the %YAML line out.";
  return [{ code: "syntax-error", severity: "error", summary, hint, span: source.span(start, start + 5) }];
}

const hints: Partial<Record<yaml.ErrorCode, string>> = {
  MULTIPLE_DOCS: "A manifest is one YAML document: take out what follows the line ---.",
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_SCALAR_START: "Put the text in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "Put text that holds a colon in quotes.",
  TAG_RESOLVE_FAILED: `The one tag of manifests is ${erlTag}, before a term in quotes: ${erlTag} "{a, 1}"`,
};

function syntaxProblem(source: SourceText, error: yaml.YAMLError): Problem {
  const [start, end] = error.pos;
  const hint = hints[error.code];
  const limit = source.text.length;
  const isErl = error.code === "TAG_RESOLVE_FAILED" && source.text.startsWith(erlTag, start);
  return {
    code: "syntax-error",
    severity: "error",
    summary: isErl ? `what follows ${erlTag} must be in quotes` : `YAML: ${lowerFirst(error.message)}`,
    ...(hint === undefined ? {} : { hint }),
    span: source.span(Math.min(start, limit), Math.min(Math.max(start, end), limit)),
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replaceAll(/\s+/g, " ");
