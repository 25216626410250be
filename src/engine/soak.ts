import { setTimeout as delay } from "node:timers/promises";
import { whichApplications } from "../otp/application.js";
import { askEach } from "../otp/batch.js";
import type { CallOptions } from "../otp/invoke.js";
import { pidText } from "../otp/process.js";
import type { Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import { someOf } from "../terms/some-of.js";
import { Pid, atom } from "../terms/term.js";
import type { Plan } from "../upgrade/plan.js";
import { problemOf } from "./failure.js";

/** What ran when the last step was done. */
interface Running {
  readonly applications: readonly string[];
  /** By their registered names, the pids of the processes that the upgrade had to do with. */
  readonly named: ReadonlyMap<string, string>;
}

export interface SoakOptions extends CallOptions {
  readonly soakMs?: number | undefined;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** By `performance.now()`: when it has to be over. */
  readonly deadlineAt?: number | undefined;
}

/** Lets the node run for a while. */
export async function soak({ soakMs = 0, signal, deadlineAt = Infinity }: SoakOptions): Promise<void> {
  const waitMs = Math.min(soakMs, deadlineAt - performance.now());
  if (waitMs <= 0) return;
  // Rejects for the signal only: whoever waits no longer wants to see the node as it is then.
  await delay(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/**
 * Lets the node run for a while after an upgrade and looks again: whether an application has ended, or a registered
 * process that the upgrade had to do with has, be it that its supervisor has started it anew. Processes without a name come
 * and go, and say nothing.
 */
export async function soakAndLook(target: Target, plan: Plan, options: SoakOptions): Promise<Problem[]> {
  try {
    const first = await look(target, namesOf(plan), options);
    // One whose state was changed may have ended by now; of the others the script itself may have started some anew.
    const before = { ...first, named: new Map([...first.named, ...migrated(plan)]) };
    await soak(options);
    return differences(before, await look(target, [...before.named.keys()], options));
  } catch (error) {
    return [problemOf(error, "not-seen-again", "the node can't be asked any more what runs on it")];
  }
}

function namesOf({ coverage }: Plan): string[] {
  const touched = coverage.flatMap(({ migrated, reloaded, missed }) => [
    ...migrated,
    ...reloaded,
    ...missed.map(({ process }) => process),
  ]);
  return [...new Set(touched.flatMap(({ registeredName }) => registeredName ?? []))];
}

/** The processes whose states were changed, as they were when that was planned. */
const migrated = ({ coverage }: Plan): (readonly [string, string])[] =>
  coverage.flatMap((each) =>
    each.migrated.flatMap(({ registeredName, text }) =>
      registeredName === undefined ? [] : [[registeredName, text] as const],
    ),
  );

async function look(target: Target, names: readonly string[], options: CallOptions): Promise<Running> {
  const args = names.map((name) => [atom(name)]);
  const [applications, outcomes] = await Promise.all([
    whichApplications(target, options),
    askEach(target, "erlang:whereis/1", args, options),
  ]);
  const named = new Map<string, string>();
  outcomes.forEach((outcome, index) => {
    const pid = outcome.kind === "returned" ? outcome.value : undefined;
    if (pid instanceof Pid) named.set(names[index]!, pidText(pid));
  });
  return { applications: applications.map(({ name }) => name), named };
}

function differences(before: Running, after: Running): Problem[] {
  const running = new Set(after.applications);
  const ended = before.applications.filter((name) => !running.has(name));
  const gone = [...before.named].flatMap(([name, pid]) => {
    const now = after.named.get(name);
    if (now === pid) return [];
    return [now === undefined ? `${name} (${pid}) is gone` : `${name} (${pid}) is ${now} now`];
  });
  return [
    ...problem("application-ended", "applications have ended since the last step", ended),
    ...problem("process-ended", "processes that the upgrade had to do with have ended since the last step", gone),
  ];
}

function problem(code: string, summary: string, which: readonly string[]): Problem[] {
  if (which.length === 0) return [];
  return [
    {
      code,
      severity: "error",
      summary,
      detail: `${someOf(which, 8)}.`,
      hint: "See the node's log. relupctl rollback takes the upgrade back.",
    },
  ];
}
