import { setTimeout as delay } from "node:timers/promises";
import { systemMessageEach } from "../../otp/request-each.js";
import { invoke } from "../../otp/invoke.js";
import { ProcessGroup } from "../../otp/process-group.js";
import { pidText } from "../../otp/process.js";
import { atom, type Pid } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { row } from "../guardian/undo-action.js";

/**
 * What is done with a process that does not answer a suspend in time. `stop`: the upgrade ends there, and is taken back.
 * `skip`: it is passed over, as OTP does, and meets the new code with its old state. `kill`: it is killed, and what its
 * supervisor starts in its place is suspended.
 */
export type OnUnresponsive = "stop" | "skip" | "kill";

/** A process that did not answer a suspend in time, and what was done. */
export interface Unresponsive {
  /** As text. */
  readonly pid: string;
  readonly module: string;
  readonly action: "stopped" | "skipped" | "killed";
}

/** How long a supervisor may take to have another process in the place of one that was killed. */
const RESTART_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Deals with the processes of a group that did not answer the suspend.
 * @param groupId what the undo log calls the group
 * @throws StepFailure where that ends the upgrade
 */
export async function dealWithSilent(
  silent: readonly Pid[],
  { module, groupId }: { readonly module: string; readonly groupId: number },
  context: ExecutionContext,
): Promise<void> {
  // Whoever takes the upgrade back need not wait for them: the resume comes after the suspend whenever they look.
  await context.undo.tell([row.silent(groupId, silent)]);
  switch (context.onUnresponsive) {
    case "stop":
      note(silent, module, "stopped", context);
      context.tally.failed.addAll(silent);
      throw notResponding(module, silent);
    case "skip":
      note(silent, module, "skipped", context);
      for (const pid of silent) {
        context.skipped(pid, "it did not answer the suspend in time, and keeps its old state on the new code");
      }
      await resumeLater(silent, context);
      return;
    case "kill":
      note(silent, module, "killed", context);
      context.tally.dead.addAll(silent);
      for (const pid of silent) {
        context.skipped(pid, "it did not answer the suspend in time, and was killed");
        await invoke(context.target, "erlang:exit/2", [pid, atom("kill")], { timeoutMs: context.timeouts.callMs });
      }
      return;
  }
}

/**
 * Waits until none of the killed is found any more.
 * @param find the processes that the module is to be changed in, looked for anew
 * @returns what is found then; what is still killed but found after {@link RESTART_MS} is left out
 */
export async function inTheirPlace(killed: readonly Pid[], find: () => Promise<readonly Pid[]>): Promise<Pid[]> {
  const gone = new Set(killed.map(pidText));
  const until = performance.now() + RESTART_MS;
  for (;;) {
    const found = await find();
    const others = found.filter((pid) => !gone.has(pidText(pid)));
    if (others.length === found.length || performance.now() > until) return others;
    await delay(LOOK_EVERY_MS);
  }
}

/** Sends a resume, which follows the suspend in the mailbox, without waiting for an answer to either. */
async function resumeLater(pids: readonly Pid[], { target }: ExecutionContext): Promise<void> {
  await systemMessageEach(target, new ProcessGroup(pids), atom("resume"), 0);
}

function note(pids: readonly Pid[], module: string, action: Unresponsive["action"], context: ExecutionContext): void {
  context.unresponsive.push(...pids.map((pid) => ({ pid: pidText(pid), module, action })));
}

/** Ends the upgrade because of processes that did not answer. */
export const notResponding = (module: string, silent: readonly Pid[]): StepFailure =>
  new StepFailure({
    code: "process-not-responding",
    summary: `${silent.map(pidText).join(", ")} did not answer the suspend for ${module}`,
    detail: "A process that can't be suspended would keep its old state on new code.",
    hint:
      "Find out what it is doing (process_info(Pid, current_stacktrace)), give it longer with --suspend-timeout, or say " +
      "with --on-unresponsive that it is to be passed over or killed.",
  });
