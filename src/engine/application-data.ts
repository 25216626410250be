import { changeApplicationData, configChange, prepConfigChange, whichApplications } from "../otp/application.js";
import { atomName, listElements, tupleElements } from "../terms/access.js";
import { equals } from "../terms/equal.js";
import { printTerm } from "../terms/print.js";
import { list, type Term } from "../terms/term.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";
import { undo } from "./guardian/undo-action.js";
import { noteBegin, renewNewcomers } from "./newcomers.js";
import { oldCodeRows } from "./old-code.js";
import type { PreparedUpgrade } from "./prepared.js";

/** What is done around a script: specifications, environments, and what has to be known to take everything back. */

/**
 * What `install_release` does before the script: it notes the environments and, for a release, replaces the application
 * specifications and merges `sys.config`. Gives the environments as they were: `[{Application, Environment}]`.
 */
export async function beforeScript(context: ExecutionContext): Promise<Term> {
  const { target, prepared, timeouts } = context;
  const options = { timeoutMs: timeouts.callMs };
  const [environment, running, code] = await Promise.all([
    prepConfigChange(target, options),
    whichApplications(target, options),
    oldCodeRows(context),
  ]);
  // Pushed first, and so the very last thing that is looked at: an application that ended on the way is not brought
  // back by putting its code back.
  const names = running.map(({ name }) => name);
  await context.undo.pushLast("find every application running", undo.expectRunning(names), code);
  await noteBegin(context);
  if (prepared.upgrade.kind === "release") await replaceSpecifications(context, environment);
  return environment;
}

/** What OTP does after it: for a single application the specification is replaced now; then `config_change/3`. */
export async function afterScript(context: ExecutionContext, environmentBefore: Term): Promise<void> {
  await renewNewcomers(context);
  if (context.prepared.upgrade.kind === "application") await replaceSpecifications(context, environmentBefore);
  // Modules by hand change no environment.
  if (context.prepared.upgrade.kind === "modules") return;
  const options = { timeoutMs: context.timeouts.callMs };
  const environment = await prepConfigChange(context.target, options);
  if (!equals(environment, environmentBefore)) {
    await context.undo.pushLast("tell the applications what has changed back", undo.configChange(environment));
  }
  await configChange(context.target, environmentBefore, options);
}

async function replaceSpecifications(context: ExecutionContext, environmentBefore: Term): Promise<void> {
  const { target, prepared, timeouts } = context;
  const options = { timeoutMs: timeouts.callMs };
  const before = undo.changeApplicationData(prepared.specifications.before, configBefore(prepared, environmentBefore));
  await context.undo.push("put the application specifications back", before);
  const refused = await changeApplicationData(target, prepared.specifications.after, prepared.config.after, options);
  if (refused !== undefined) throw dataRefused(refused);
}

/** The node has taken none of the application specifications, for the reason that it gave. */
export const dataRefused = (reason: Term): StepFailure =>
  new StepFailure({
    code: "application-data-refused",
    summary: `the node refused the application specifications: ${printTerm(reason)}`,
    detail: "It has taken none of them. It would not load such an application either.",
    hint: "Put right what is named there, in the .app file or in sys.config. OTP 27 refuses more than OTP 25: a parameter that stands twice in env is one such thing.",
  });

/**
 * The configuration of before, in which the applications whose specifications are put back have the environments that
 * they had: what was set while they ran is in no file.
 */
export function configBefore(prepared: PreparedUpgrade, environmentBefore: Term): Term {
  const replaced = new Set(prepared.specifications.before.map((each) => atomName(tupleElements(each, 3)?.[1])));
  const nameOf = (entry: Term): string | undefined => atomName(tupleElements(entry, 2)?.[0]);
  const kept = (listElements(environmentBefore) ?? []).filter((entry) => replaced.has(nameOf(entry)));
  const rest = (listElements(prepared.config.before) ?? []).filter((entry) => !replaced.has(nameOf(entry)));
  return list(...kept, ...rest);
}
