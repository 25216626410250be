import type { Finding } from "./finding.js";

/** What an upgrade will cost a node at least, measured on it when the plan was made. */
export interface Costs {
  /** Of the processes whose states are kept until the upgrade is committed: how many, and the memory they have now. */
  readonly keptStates: { readonly processes: number; readonly memoryBytes: number };
  /**
   * How many processes are suspended, and for how long at least: as long as it takes to ask them all as often as it will
   * be done. What their code_change does comes on top.
   */
  readonly suspension: { readonly processes: number; readonly estimatedMs: number };
}

/** Processes would be suspended for longer than the user lets them be. */
export function suspensionTooLong({ suspension }: Costs, maxSuspensionMs: number): Finding {
  const { processes, estimatedMs } = suspension;
  return {
    code: "suspension-too-long",
    severity: "error",
    summary: `${processes} processes would be suspended for at least ${estimatedMs} ms`,
    detail:
      `--max-suspension lets them be suspended for ${maxSuspensionMs} ms. The estimate is what it takes to suspend, change ` +
      "and resume them all with a code_change that does nothing.",
    hint: "Give it longer, upgrade when fewer processes run, or leave their states where they are (--keep-state never).",
    module: undefined,
    pids: [],
  };
}
