import { askEach } from "../../otp/batch.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { atomName, mapValue, taggedTuple, tupleElements } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import { atom, type Term } from "../../terms/term.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { ChildSpecification } from "../../upgrade/inspection.js";

/** Longer arguments are left to who writes the specification; they may hold anything. */
const LONGEST_ARGUMENTS = 60;
/** Pids, ports, references and funs can't be written in source. */
const NOT_WRITABLE = /<\d+\.\d+\.\d+>|#(Port|Ref|Fun)\b/;

/**
 * The starts of children as their supervisors have them (`supervisor:get_childspec/2`). Only what was started as a
 * supervisor of OTP is asked: Elixir's DynamicSupervisor would end of the question. It says that it is a supervisor too;
 * as with a `simple_one_for_one` its children have no id, and then one with a callback module of Elixir isn't asked.
 * @param supervisors those that may be asked
 */
export async function inspectSpecifications(
  target: Target,
  children: readonly ObservedProcess[],
  supervisors: readonly ObservedProcess[],
  options: CallOptions,
): Promise<Map<string, ChildSpecification>> {
  const byText = new Map(supervisors.map((process) => [process.text, process]));
  const asked = children.flatMap((child) => {
    const supervisor = child.supervisor === undefined ? undefined : byText.get(child.supervisor);
    if (supervisor === undefined || child.id === undefined) return [];
    if (atomName(child.id) !== "undefined") return [{ child, args: [supervisor.pid, child.id] }];
    const isElixirs = supervisor.callbackModule?.startsWith("Elixir.") !== false;
    return isElixirs ? [] : [{ child, args: [supervisor.pid, child.pid] }];
  });
  const args = asked.map((each) => each.args);
  const outcomes = await askEach(target, "supervisor:get_childspec/2", args, options);
  return new Map(
    asked.flatMap(({ child }, index) => {
      const outcome = outcomes[index]!;
      const specification = outcome.kind === "returned" ? taggedTuple(outcome.value, "ok", 2)?.[1] : undefined;
      const id = mapValue(specification, atom("id"));
      const [module, fun, given] = tupleElements(mapValue(specification, atom("start")), 3) ?? [];
      const start = { module: atomName(module), function: atomName(fun) };
      if (id === undefined || start.module === undefined || start.function === undefined || given === undefined) {
        return [];
      }
      const isSupervisor = atomName(mapValue(specification, atom("type"))) === "supervisor";
      const text = printTerm(given);
      const shown = text.length <= LONGEST_ARGUMENTS && !NOT_WRITABLE.test(text) ? text : undefined;
      const settings = settingsOf(specification, isSupervisor);
      return [[child.text, { id, module: start.module, function: start.function, args: shown, settings }] as const];
    }),
  );
}

/** What a specification says that isn't the default (supervisor(3)). */
function settingsOf(specification: Term | undefined, isSupervisor: boolean): Record<string, Term> {
  const defaults: Readonly<Record<string, Term>> = {
    restart: atom("permanent"),
    significant: atom("false"),
    shutdown: isSupervisor ? atom("infinity") : 5_000,
  };
  return Object.fromEntries(
    Object.entries(defaults).flatMap(([key, usual]) => {
      const value = mapValue(specification, atom(key));
      return value === undefined || equals(value, usual) ? [] : [[key, value] as const];
    }),
  );
}
