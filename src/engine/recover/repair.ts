import { getFile, loadBinary, replacePath, softPurge } from "../../otp/code.js";
import { objectCodeMd5 } from "../../otp/beam-lib.js";
import type { Answers } from "../../otp/answers.js";
import { attempt, DEFAULT_TIMEOUT_MS, type CallOptions } from "../../otp/invoke.js";
import { ProcessGroup } from "../../otp/process-group.js";
import { processes, pidText } from "../../otp/process.js";
import { restartChild, terminateChild } from "../../otp/supervisor.js";
import { fateOf, resumeEach, suspendEach } from "../../otp/sys.js";
import type { Target } from "../../target/target.js";
import { atomName } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { Problem } from "../../terms/problem.js";
import { atom, type Pid } from "../../terms/term.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import { problemOf } from "../failure.js";

/** One thing to be done, to put a node right whose guardian is gone. */
export type Repair =
  | { readonly kind: "path"; readonly application: string; readonly directory: string }
  /** The code of before, from the file it came from. */
  | { readonly kind: "reload"; readonly module: string; readonly file: string; readonly md5: string }
  /** It runs, with a state of code that is going to be replaced. */
  | { readonly kind: "suspend"; readonly process: ObservedProcess }
  /** Its state is the one of the code that runs. */
  | { readonly kind: "resume"; readonly process: ObservedProcess }
  /** Its state can't be trusted: it begins anew, through its supervisor. */
  | { readonly kind: "restart"; readonly process: ObservedProcess };

/** What a repair does, in words. */
export function repairText(repair: Repair): string {
  switch (repair.kind) {
    case "path":
      return `put ${repair.directory} into the code path for ${repair.application}`;
    case "reload":
      return `load the code of ${repair.module} from ${repair.file}`;
    case "suspend":
      return `suspend ${nameOf(repair.process)}`;
    case "resume":
      return `resume ${nameOf(repair.process)}`;
    case "restart":
      return `have ${nameOf(repair.process)} begin anew`;
  }
}

const nameOf = ({ text, registeredName, callbackModule }: ObservedProcess): string => {
  const about = [registeredName, callbackModule === registeredName ? undefined : callbackModule].filter(
    (name) => name !== undefined,
  );
  return about.length === 0 ? text : `${text} (${about.join(", ")})`;
};

/**
 * Does one repair.
 * @returns why it could not be done; undefined where it was
 */
export async function doRepair(
  target: Target,
  repair: Repair,
  options: CallOptions = {},
): Promise<Problem | undefined> {
  try {
    const reason = await act(target, repair, options);
    return reason === undefined ? undefined : notRepaired(repair, reason);
  } catch (error) {
    return notRepaired(repair, problemOf(error, "call-failed", "the node could not be asked").summary);
  }
}

async function act(target: Target, repair: Repair, options: CallOptions): Promise<string | undefined> {
  switch (repair.kind) {
    case "path":
      return (await replacePath(target, repair.application, repair.directory, options))
        ? undefined
        : "the node would not take it";
    case "reload":
      return await reload(target, repair, options);
    case "suspend":
      return notAnswered(await suspendEach(target, new ProcessGroup([repair.process.pid]), DEFAULT_TIMEOUT_MS));
    case "resume":
      return notAnswered(await resumeEach(target, new ProcessGroup([repair.process.pid])));
    case "restart":
      return await restart(target, repair.process, options);
  }
}

async function reload(
  target: Target,
  { module, file, md5 }: Extract<Repair, { kind: "reload" }>,
  options: CallOptions,
): Promise<string | undefined> {
  const code = await getFile(target, file, options);
  if (code === undefined) return "there is no such file on the node";
  if ((await objectCodeMd5(target, code, options)) !== md5) return "the file is another one by now";
  const refused = await loadBinary(target, module, file, code, options);
  if (refused !== undefined) return `the node refused it: ${printTerm(refused)}`;
  await softPurge(target, module, options);
  return undefined;
}

function notAnswered(answers: Answers): string | undefined {
  const [outcome] = answers.toArray();
  const fate = fateOf(outcome!);
  return fate === "answered" || fate === "gone" ? undefined : "it did not answer";
}

/** A child with an id is stopped and started; of any other its supervisor knows what to do when it ends. */
async function restart(
  target: Target,
  { pid, text, supervisor, id }: ObservedProcess,
  options: CallOptions,
): Promise<string | undefined> {
  // It has ended with its supervisor, which began anew before it.
  if ((await processOf(target, text, options)) === undefined) return undefined;
  const parent = supervisor === undefined ? undefined : await processOf(target, supervisor, options);
  if (parent === undefined || id === undefined || atomName(id) === "undefined") {
    const outcome = await attempt(target, "erlang:exit/2", [pid, atom("kill")], options);
    return outcome.kind === "returned" ? undefined : "it could not be ended";
  }
  const notStopped = await terminateChild(target, parent, id, options);
  if (notStopped !== undefined) return `its supervisor would not stop it: ${printTerm(notStopped)}`;
  const notStarted = await restartChild(target, parent, id, options);
  return notStarted === undefined ? undefined : `it did not start: ${printTerm(notStarted)}`;
}

async function processOf(target: Target, text: string, options: CallOptions): Promise<Pid | undefined> {
  return (await processes(target, options)).find((pid) => pidText(pid) === text);
}

const notRepaired = (repair: Repair, reason: string): Problem => ({
  code: "not-repaired",
  severity: "error",
  summary: `could not ${repairText(repair)}: ${reason}`,
  hint: "See the node's log, and do it on the node by hand.",
});
