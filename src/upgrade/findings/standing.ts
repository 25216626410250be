import type { Facts, ObservedProcess } from "../facts.js";
import type { Finding } from "../finding.js";
import type { Inspection } from "../inspection.js";
import { isOtpApplication } from "../otp-applications.js";

/** What a rule about a node may look at, whatever would be upgraded. */
export interface StandingContext {
  readonly facts: Facts;
  readonly inspection: Inspection;
}

/** One thing that can be wrong with a node as it stands. */
export type StandingRule = (context: StandingContext) => Finding[];

/** True for a process in the tree of an application of OTP or of Elixir. */
export const isInOtpsTree = ({ application }: ObservedProcess): boolean =>
  application !== undefined && isOtpApplication(application);

/** True for a process that belongs to an application of OTP or of Elixir, by its place in the tree or by its module. */
export function isOtps(process: ObservedProcess, { callbacks }: Inspection): boolean {
  if (isInOtpsTree(process)) return true;
  const { callbackModule } = process;
  const home = callbackModule === undefined ? undefined : callbacks.get(callbackModule)?.application;
  return home !== undefined && isOtpApplication(home);
}

/** The processes of the given pids, as far as they were observed. */
export function processesWith(facts: Facts, pids: readonly string[]): ObservedProcess[] {
  const wanted = new Set(pids);
  return facts.processes.filter(({ text }) => wanted.has(text));
}

/** The distinct values, in the order they came. */
export const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

/**
 * True for a process that runs its callback module as a behaviour or as a special process, so that a release handler
 * could suspend it and call code_change. A task, an agent, or what was only spawned has no such state.
 */
export function isServer({ callbackModule, kind }: ObservedProcess, { callbacks }: Inspection): boolean {
  if (callbackModule === undefined || kind === "own_code" || kind === "agent") return false;
  return kind === "supervisor" || callbacks.get(callbackModule)?.answersSystemMessages === true;
}
