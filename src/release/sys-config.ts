import { parseForms } from "../terms/parse.js";
import { ProblemError, type Span } from "../terms/problem.js";
import { decodeSource } from "../terms/source.js";
import { Atom, List, Tuple, type Term } from "../terms/term.js";
import { textOf } from "../terms/access.js";
import type { FileReader } from "./reader.js";

/** The environment of one application: `{App, [{Key, Value}]}`. */
export type ApplicationConfig = readonly [application: string, environment: readonly (readonly [string, Term])[]];

/**
 * Reads `sys.config` of a release, with the configuration files it names merged in, a later value over an earlier one,
 * as `application_controller:check_conf_sys/1` does. OTP's release handler takes one that can't be read for an empty
 * one without a word; here it is refused.
 * @returns nothing in it where there is no such file
 * @throws ProblemError `sys-config-invalid`, `syntax-error`
 */
export async function readSysConfig(
  reader: Pick<FileReader, "read">,
  file: string,
): Promise<readonly ApplicationConfig[]> {
  const bytes = await reader.read(file);
  if (bytes === undefined) return [];
  return await readConfig(reader, file, bytes, true);
}

async function readConfig(
  reader: Pick<FileReader, "read">,
  file: string,
  bytes: Uint8Array,
  mayInclude: boolean,
): Promise<ApplicationConfig[]> {
  const [form, second] = parseForms(decodeSource(bytes, file), file);
  if (form === undefined) throw invalid("it holds no term; it must hold one list", undefined);
  if (second !== undefined) throw invalid("a second term begins here; it must hold one list", second.locate([]));
  if (!(form.term instanceof List) || !form.term.isProper) throw invalid("it must hold a list", form.locate([]));
  const merged = new Map<string, Map<string, Term>>();
  for (const [index, element] of form.term.elements.entries()) {
    const included = mayInclude ? textOf(element) : undefined;
    const span = form.locate([index]);
    const entries =
      included === undefined ? [applicationConfig(element, span)] : await readIncluded(reader, file, included, span);
    for (const [application, environment] of entries) {
      const known = merged.get(application) ?? new Map<string, Term>();
      for (const [key, value] of environment) known.set(key, value);
      merged.set(application, known);
    }
  }
  return [...merged].map(([application, environment]) => [application, [...environment]]);
}

/** A file that `sys.config` names: `.config` may be left out, and a relative one lies beside it. */
async function readIncluded(
  reader: Pick<FileReader, "read">,
  file: string,
  name: string,
  span: Span,
): Promise<readonly ApplicationConfig[]> {
  const full = name.endsWith(".config") ? name : `${name}.config`;
  const path = full.startsWith("/") ? full : `${file.slice(0, file.lastIndexOf("/") + 1)}${full}`;
  const bytes = await reader.read(path);
  if (bytes === undefined) throw invalid(`there is no file ${path}`, span);
  return await readConfig(reader, path, bytes, false);
}

function applicationConfig(element: Term, span: Span): ApplicationConfig {
  const [application, environment] = element instanceof Tuple && element.arity === 2 ? element.elements : [];
  if (!(application instanceof Atom) || !(environment instanceof List) || !environment.isProper) {
    throw invalid("an element must be {Application, [{Key, Value}]} or the name of a file", span);
  }
  const pairs = environment.elements.map((each): readonly [string, Term] => {
    const [key, value] = each instanceof Tuple && each.arity === 2 ? each.elements : [];
    if (!(key instanceof Atom) || value === undefined) {
      throw invalid(`the environment of ${application.name} must be a list of {Key, Value}`, span);
    }
    return [key.name, value];
  });
  return [application.name, pairs];
}

function invalid(summary: string, span: Span | undefined): ProblemError {
  return new ProblemError([
    {
      code: "sys-config-invalid",
      severity: "error",
      summary: `sys.config: ${summary}`,
      detail: "OTP's release handler would take it for an empty one without a word.",
      hint: "Write one list of {Application, [{Key, Value}]}, ended by a full stop.",
      ...(span !== undefined && { span }),
    },
  ]);
}
