import { type List, type Term, atom, list, tuple } from "../../terms/term.js";
import { equals } from "../../terms/equal.js";
import type { Context } from "../context.js";
import type { RuntimeNode } from "../node.js";
import { OK, at, elementsOf, error, isNamed, isTagged } from "../support/term.js";
import { catchCall } from "./master.js";
import { type ApplicationSpec, BadApplication, applicationSpec, environmentOf } from "./spec.js";

/** The environments of the running applications: what `prep_config_change` gives and `config_change` takes. */
export function environmentBefore({ applications }: RuntimeNode): List {
  return list(...applications.running.map(({ name }) => tuple(atom(name), applications.allEnv(name))));
}

/**
 * `application_controller:change_application_data/2`: takes over the new specifications of the applications that are
 * loaded, and the configuration.
 * @param specifications `[{application, Name, Keys}]`
 * @param config `[{Application, [{Key, Value}]}]`, as in a sys.config
 */
export function changeApplicationData({ applications }: RuntimeNode, specifications: Term, config: Term): Term {
  const given = elementsOf(specifications) ?? [];
  const changed: ApplicationSpec[] = [];
  for (const name of applications.loaded.keys()) {
    const specification = given.find((item) => isTagged(item, "application", 3) && isNamed(at(item, 1), name));
    if (specification === undefined) continue;
    const spec = applicationSpec(specification);
    if (spec instanceof BadApplication) return error(spec.reason);
    changed.push(spec);
  }
  applications.config = new Map(environmentOf(config).map(([name, environment]) => [name, environmentOf(environment)]));
  for (const spec of changed) applications.replace(spec);
  return OK;
}

/** `application_controller:config_change/1`: calls config_change/3 of every application whose environment changed. */
export async function applyConfigChange(context: Context, before: Term): Promise<Term> {
  const errors: Term[] = [];
  for (const { name } of context.node.applications.running) {
    const failed = await changeOne(context, name, environmentOf(environmentIn(before, name)));
    if (failed !== undefined) errors.unshift(failed);
  }
  return errors.length === 0 ? OK : error(list(...errors));
}

function environmentIn(before: Term, name: string): Term | undefined {
  const found = (elementsOf(before) ?? []).find((item) => isTagged(item, name, 2));
  return found === undefined ? undefined : at(found, 1);
}

type Environment = readonly (readonly [string, Term])[];

async function changeOne(context: Context, name: string, before: Environment): Promise<Term | undefined> {
  const { applications } = context.node;
  const now = [...(applications.environment.get(name) ?? [])];
  const valueBefore = new Map(before);
  const isChanged = ([key, value]: readonly [string, Term]): boolean =>
    valueBefore.has(key) && !equals(valueBefore.get(key)!, value);
  const changed = now.filter(isChanged);
  const added = now.filter(([key]) => !valueBefore.has(key));
  const removed = before.filter(([key]) => !now.some(([other]) => other === key));
  if (changed.length + added.length + removed.length === 0) return undefined;
  const mod = applications.loaded.get(name)?.mod;
  if (mod === undefined) return tuple(atom("module_not_defined"), atom(name));
  const result = await catchCall(context, mod.module, "config_change", [
    environmentTerm(changed),
    environmentTerm(added),
    list(...removed.map(([key]) => atom(key))),
  ]);
  if (isNamed(result, "ok") || isUndefined(result)) return undefined;
  return isTagged(result, "error", 2) ? at(result, 1) : result;
}

const environmentTerm = (environment: Environment): List =>
  list(...environment.map(([key, value]) => tuple(atom(key), value)));

/** `{'EXIT', {undef, _}}`: having no config_change is no error. */
function isUndefined(result: Term): boolean {
  return isTagged(result, "EXIT", 2) && isTagged(at(result, 1), "undef", 2);
}
