import { outdatedSyntax } from "../terms/outdated-syntax.js";
import { parseForms, type Form } from "../terms/parse.js";
import { ProblemError, type Problem, type Span } from "../terms/problem.js";
import { SourceText } from "../terms/source-text.js";
import { decodeSource } from "../terms/source.js";
import { spanAt } from "./draft/draft.js";
import { judge } from "./draft/judge.js";
import type { Node } from "./draft/readers.js";
import { TermNode } from "./erlang/node.js";
import { fileForm } from "./file-kind.js";
import { app } from "./kinds/app.js";
import { appup } from "./kinds/appup.js";
import type { Kind, KindName, RecordOf } from "./kinds/kind.js";
import { rel } from "./kinds/rel.js";
import { relup } from "./kinds/relup.js";
import type { App, Appup, Manifest, Rel, Relup } from "./records.js";
import { isStackOverflow } from "./stack-overflow.js";
import { parsingAs } from "./wrong-form.js";
import { parseYaml, tooDeep } from "./yaml/document.js";
import { YamlNode } from "./yaml/node.js";
import { decodeYaml } from "./yaml/text.js";

/** What a manifest is read from: its text, or its bytes as they are in the file. */
export type Input = string | Uint8Array;

export const kinds: { readonly [Name in KindName]: Kind<Name> } = { rel, app, appup, relup };

/**
 * Reads manifests. The form is told by the ending of the file's name: YAML for `.yaml` and `.yml`, else Erlang. The file
 * is valid or refused whole: a ProblemError carries everything that is wrong with it, in the order of the file.
 */
export const readRel = (input: Input, file: string): Manifest<Rel> => readManifest("rel", input, file);
export const readApp = (input: Input, file: string): Manifest<App> => readManifest("app", input, file);
export const readAppup = (input: Input, file: string): Manifest<Appup> => readManifest("appup", input, file);
export const readRelup = (input: Input, file: string): Manifest<Relup> => readManifest("relup", input, file);

/** Reads a manifest of the given kind; see {@link readRel}. */
export function readManifest<Name extends KindName>(name: Name, input: Input, file: string): Manifest<RecordOf[Name]> {
  const kind: Kind<Name> = kinds[name];
  return guardDepth(input, file, () => {
    const { root, warnings } = readRoot(kind, input, file);
    const draft = kind.read(root);
    const judged = judge(kind.schema, draft);
    if (!judged.ok) throw new ProblemError(judged.problems);
    const record = kind.finish?.(judged.value) ?? judged.value;
    const whole = spanAt(draft, []) ?? new SourceText("", file).span(0, 0);
    return {
      file,
      record,
      warnings: [...warnings, ...kind.warnings(root, draft, record)],
      locate: (path): Span => spanAt(draft, path) ?? whole,
    };
  });
}

/** The one node of a file, and what is odd about the file as a whole. */
export function readRoot(
  kind: Pick<Kind<KindName>, "name" | "firstTermCounts">,
  input: Input,
  file: string,
): { readonly root: Node; readonly warnings: readonly Problem[] } {
  if (fileForm(file) === "yaml") {
    const text = typeof input === "string" ? input : decodeYaml(input, file);
    const document = parsingAs("yaml", text, file, () => parseYaml(text, file));
    return { root: new YamlNode(document, document.root), warnings: [] };
  }
  const text = typeof input === "string" ? input : decodeSource(input, file);
  const [first, second] = parsingAs("erlang", text, file, () => parseForms(text, file));
  if (first === undefined) throw emptyFile(kind.name, text, file);
  if (second !== undefined && !kind.firstTermCounts) throw new ProblemError([moreTerms(kind.name, second)]);
  const root = new TermNode(first.term, (path) => first.locate(path));
  const outdated = outdatedSyntax(text, file);
  return { root, warnings: second === undefined ? outdated : [...outdated, ignoredTerms(second)] };
}

/** A text that is nested deeper than the stack has room for is refused like any other. */
export function guardDepth<Result>(input: Input, file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    throw tooDeep(new SourceText(typeof input === "string" ? input : "", file));
  }
}

const article: Readonly<Record<KindName, string>> = {
  rel: "a .rel",
  app: "an .app",
  appup: "an .appup",
  relup: "a relup",
};

function emptyFile(name: KindName, text: string, file: string): ProblemError {
  const span = new SourceText(text, file).span(text.length, text.length);
  const summary = `the file holds no term; ${article[name]} holds one`;
  return new ProblemError([{ code: "syntax-error", severity: "error", summary, span }]);
}

/** Who matches all the terms of such a file with one. */
const refuses: Readonly<Record<KindName, string>> = {
  rel: "release_handler",
  app: "application:load/1",
  appup: "release_handler:upgrade_app/2",
  relup: "release_handler",
};

function moreTerms(name: KindName, second: Form): Problem {
  return {
    code: "more-than-one-term",
    severity: "error",
    summary: `${article[name]} holds one term, and here a second one begins`,
    detail: `${refuses[name]} refuses such a file.`,
    hint: "Take out what follows the first full stop.",
    span: second.locate([]),
  };
}

function ignoredTerms(second: Form): Problem {
  return {
    code: "ignored-terms",
    severity: "warning",
    summary: "only the first term of an appup counts; what begins here is ignored",
    detail: "systools reads the first term alone. release_handler:upgrade_app/2 refuses a file with more than one.",
    span: second.locate([]),
  };
}
