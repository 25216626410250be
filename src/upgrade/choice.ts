import type { ObservedProcess } from "./facts.js";
import { runsBy } from "./running.js";

/** Which processes a module is changed in, where it isn't those whose child specification names it. */
export type Choice =
  /** All that run its callbacks, wherever they are. */
  | { readonly by: "callback" }
  /** Those that somebody has named: by module their pids, as text. */
  | { readonly by: "hand"; readonly pids: ReadonlyMap<string, readonly string[]> };

/** True where the module is to be changed in the process. */
export function isChosen(process: ObservedProcess, module: string, choice: Choice): boolean {
  if (choice.by === "hand") return choice.pids.get(module)?.includes(process.text) === true;
  const runs = runsBy(process, module);
  return runs === "callback" || runs === "handler";
}
