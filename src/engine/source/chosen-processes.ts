import type { Target } from "../../target/target.js";
import { throwProblems, type Problem } from "../../terms/problem.js";
import type { Choice } from "../../upgrade/choice.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import { runsBy } from "../../upgrade/running.js";

/**
 * The choice of processes that somebody has named, by registered names or pids as text.
 * @param processes all of the node
 * @throws ProblemError with every name that no process has, and every process that runs none of the modules
 */
export function chooseByHand(
  target: Target,
  named: readonly string[],
  modules: readonly string[],
  processes: readonly ObservedProcess[],
): Choice {
  const pids = new Map<string, string[]>(modules.map((module) => [module, []]));
  const problems: Problem[] = [];
  for (const name of named) {
    const process = processes.find((each) => isNamed(each, name));
    if (process === undefined) {
      problems.push(notFound(name, target.identity.node));
      continue;
    }
    const run = modulesFor(process, modules);
    if (run.length === 0) problems.push(runsOther(process, name, modules));
    for (const module of run) pids.get(module)!.push(process.text);
  }
  throwProblems(problems);
  return { by: "hand", pids };
}

/** An Elixir module as name (`MyStore`) stands for the atom that it is. */
function isNamed({ text, registeredName }: ObservedProcess, name: string): boolean {
  if (registeredName === undefined) return text === name;
  return text === name || registeredName === name || registeredName === `Elixir.${name}`;
}

/** A process of which nothing tells what it runs is taken for one that runs the only module there is. */
function modulesFor(process: ObservedProcess, modules: readonly string[]): string[] {
  const run = modules.filter((module) => runsBy(process, module) !== undefined);
  if (run.length > 0 || process.callbackModule !== undefined || modules.length > 1) return run;
  return [...modules];
}

const notFound = (name: string, node: string): Problem => ({
  code: "process-not-found",
  severity: "error",
  summary: `there is no process ${name} on ${node}`,
  hint: "Name a process by its registered name, or by its pid as the node prints it: relupctl tree --unsupervised shows all.",
});

const runsOther = ({ text, callbackModule }: ObservedProcess, name: string, modules: readonly string[]): Problem => ({
  code: "process-of-another-module",
  severity: "error",
  summary: `${name === text ? text : `${name} (${text})`} runs ${callbackModule ?? "none of the modules given"}, not ${modules.join(" or ")}`,
  detail: "A process calls code_change of its own callback module, whatever module is named to it.",
  hint: "Name a process that runs the module, or leave --process out for all that do.",
});
