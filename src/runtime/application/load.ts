import { Atom, type Term, atom, string, tuple } from "../../terms/term.js";
import { ProblemError } from "../../terms/problem.js";
import { decodeSource } from "../../terms/source.js";
import { parseForms } from "../../terms/parse.js";
import type { RuntimeNode } from "../node.js";
import { OK, error } from "../support/term.js";
import { BadApplication, type ApplicationSpec, applicationSpec } from "./spec.js";

/** Reads an application's manifest, as far as it is of a form that the runtime can't read itself. */
export type ApplicationReader = (file: string, bytes: Uint8Array) => Term;

/** The forms of an application's manifest, in the order they are looked for. */
const MANIFEST_ENDINGS = [".app", ".app.yaml", ".app.yml"] as const;

/** `application_controller:do_load_application`: from a name, through the `.app` in the code path, or from a term. */
export function loadApplication(node: RuntimeNode, application: Term): Term {
  const spec = application instanceof Atom ? find(node, application) : applicationSpec(application);
  if (spec instanceof BadApplication) return error(spec.reason);
  const { applications } = node;
  if (applications.loaded.has(spec.name)) {
    return error(tuple(atom("already_loaded"), application));
  }
  applications.load(spec);
  for (const included of spec.includedApplications) {
    if (applications.loaded.has(included)) continue;
    const result = loadApplication(node, atom(included));
    if (result !== OK) return result;
  }
  return OK;
}

function find(node: RuntimeNode, name: Atom): ApplicationSpec | BadApplication {
  const loaded = node.applications.loaded.get(name.name);
  if (loaded !== undefined) return loaded;
  for (const ending of MANIFEST_ENDINGS) {
    const file = node.path.find(name.name + ending);
    const bytes = file === undefined ? undefined : node.files.readFile(file);
    if (file === undefined || bytes === undefined) continue;
    try {
      return applicationSpec(readManifest(node, file, bytes));
    } catch (thrown) {
      const text = thrown instanceof ProblemError ? thrown.message : String(thrown);
      return new BadApplication(tuple(string(text), string(name.name + ending)));
    }
  }
  return new BadApplication(tuple(string("no such file or directory"), string(`${name.name}.app`)));
}

function readManifest(node: RuntimeNode, file: string, bytes: Uint8Array): Term {
  if (!file.endsWith(".app")) return node.readApplication(file, bytes);
  const [form] = parseForms(decodeSource(bytes, file), file);
  if (form === undefined) throw new Error(`${file} holds no term`);
  return form.term;
}
