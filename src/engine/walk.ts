import { pidText } from "../otp/process.js";
import { whichApplications } from "../otp/application.js";
import type { Child } from "../otp/supervisor.js";
import type { Target } from "../target/target.js";
import type { Pid, Term } from "../terms/term.js";
import type { WalkAnomaly } from "../upgrade/facts.js";
import type { Place } from "./place.js";
import { Walker } from "./walker.js";

/** One process of the supervision tree, as `release_handler_1:get_supervised_procs/0` has it. */
export interface WalkedProcess {
  readonly pid: Pid;
  readonly application: string;
  readonly supervisor: Pid | undefined;
  readonly id: Term | undefined;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[];
  readonly dynamic: boolean;
  /** True for what OTP's walk doesn't have. */
  readonly hidden: boolean;
}

export interface Walk {
  /** In the order of OTP's walk. A process that is a child of two supervisors stands there twice. */
  readonly processes: readonly WalkedProcess[];
  /** What each supervisor answered, by its pid as text; children that aren't running are there too. */
  readonly children: ReadonlyMap<string, readonly Child[]>;
  readonly anomalies: readonly WalkAnomaly[];
  /** Children that run on other nodes. OTP's walk has them among the others, and would suspend them. */
  readonly remote: readonly WalkedProcess[];
}

/**
 * Walks the supervision tree of every running application: its top supervisor, then `which_children` recursively, all
 * supervisors of a level at once. Finds the same processes with the same modules in the same order as
 * `release_handler_1:get_supervised_procs/0`. Where that stops (a suspended supervisor, one that doesn't answer, a
 * `dynamic` child that doesn't), this goes on and says so, and below a supervisor that is declared a worker it goes on
 * too, with what it finds there marked as hidden.
 *
 * It asks no process what that can't answer: a top process that is no supervisor isn't asked for its children, nor a
 * gen_server that is declared `dynamic` for its modules, as OTP does; either may end of it.
 * @param options.timeoutMs for each question to a process
 */
export async function walkSupervisionTree(target: Target, options: { readonly timeoutMs: number }): Promise<Walk> {
  const applications = await whichApplications(target, options);
  const walker = new Walker(target, options.timeoutMs);
  const tops = await walker.walk(applications.map(({ name }) => name));
  return {
    processes: inOrder(tops),
    children: new Map(walker.supervisors.map(({ pid, children }) => [pidText(pid), children])),
    anomalies: walker.anomalies,
    remote: walker.remote,
  };
}

/**
 * The order that OTP's recursion gives: the application that was started first comes first, each with its top process
 * behind all the others.
 */
function inOrder(tops: readonly Place[]): WalkedProcess[] {
  return tops.toReversed().flatMap((top) => [...below(top), top.process]);
}

/** All children of a supervisor, then what is below them, the last child first. */
function below({ places }: Place): WalkedProcess[] {
  return [...places.map(({ process }) => process), ...places.toReversed().flatMap(below)];
}
