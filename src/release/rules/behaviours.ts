import type { BeamInfo } from "../../beam/beam.js";
import type { CheckedApplication } from "./context.js";

/** What a module's `.beam` says; undefined where there is none, or it wasn't read. */
export function beamOf(application: CheckedApplication, module: string): BeamInfo | undefined {
  const code = application.modules.get(module)?.code;
  return code?.kind === "beam" ? code.info : undefined;
}

export const exportsFunction = ({ exports }: BeamInfo, name: string, ...arities: readonly number[]): boolean =>
  exports.some((each) => each.function === name && arities.includes(each.arity));

/** Behaviours whose processes are no supervisors. */
const PROCESSES = [
  "gen_server",
  "gen_statem",
  "gen_event",
  "gen_fsm",
  "application",
  "Elixir.GenServer",
  "Elixir.Application",
  "Elixir.GenStage",
];

/** A supervisor of whatever kind: `supervisor`, `Elixir.DynamicSupervisor`, or one that somebody wrote. */
export const isSupervisor = ({ behaviours }: BeamInfo): boolean => behaviours.some((name) => /supervisor/i.test(name));

/** The behaviour that says a module is no supervisor. */
export const otherBehaviour = (beam: BeamInfo): string | undefined =>
  isSupervisor(beam) ? undefined : beam.behaviours.find((name) => PROCESSES.includes(name));

/** Whether processes run the module as their callback: then its own code_change is called, else that of another. */
export const isCallback = (beam: BeamInfo): boolean =>
  exportsFunction(beam, "init", 1) || exportsFunction(beam, "system_continue", 3);
