import { ProblemError } from "../terms/problem.js";
import type { Form } from "./draft/draft.js";

/** Adds the likely reason to the first problem of a file whose content is in the other form than its name says. */
export function parsingAs<Result>(form: Form, text: string, file: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    const hint = error instanceof ProblemError ? otherForm(form, text, file) : undefined;
    if (hint === undefined) throw error;
    const [first, ...rest] = (error as ProblemError).problems;
    throw new ProblemError([{ ...first!, hint }, ...rest]);
  }
}

function otherForm(form: Form, text: string, file: string): string | undefined {
  if (form === "yaml") {
    const name = file.replace(/\.ya?ml$/i, "");
    return looksLikeErlang(text) ? `This looks like Erlang: such a file is called ${base(name)}.` : undefined;
  }
  return looksLikeYaml(text) ? `This looks like YAML: such a file is called ${base(file)}.yaml.` : undefined;
}

const base = (file: string): string => file.replace(/^.*[/\\]/s, "");

/** A tuple first, after comments, and a full stop last. */
const looksLikeErlang = (text: string): boolean => /^\s*(?:%[^\n]*\n\s*)*\{/.test(text) && text.trimEnd().endsWith(".");

/** A key first, after comments. */
const looksLikeYaml = (text: string): boolean => /^\s*(?:#[^\n]*\n\s*)*(?:---\s+)?[A-Za-z]\w*:(?:\s|$)/.test(text);
