import { changeApplicationData, configChange, prepConfigChange, whichApplications } from "../otp/application.js";
import { atomName, listElements, tupleElements } from "../terms/access.js";
import { list, type Term } from "../terms/term.js";
import type { ExecutionContext } from "./context.js";
import { StepFailure } from "./failure.js";
import { noteLoaded } from "./old-code.js";

/** What is done around a script: specifications, environments, and what has to be known to take everything back. */

/**
 * What `install_release` does before the script: it notes the environments and, for a release, replaces the application
 * specifications and merges `sys.config`. Gives the environments as they were: `[{Application, Environment}]`.
 */
export async function beforeScript(context: ExecutionContext): Promise<Term> {
  const { target, prepared, timeouts } = context;
  const options = { timeoutMs: timeouts.callMs };
  const [environment, running, loaded] = await Promise.all([
    prepConfigChange(target, options),
    whichApplications(target, options),
    noteLoaded(target, prepared, options),
  ]);
  context.loadedBefore = loaded;
  // Pushed first, and so the very last thing that is looked at.
  context.undo.pushLast("find every application running", () =>
    expectRunning(
      running.map(({ name }) => name),
      context,
    ),
  );
  if (prepared.upgrade.kind === "release") await replaceSpecifications(context, environment);
  return environment;
}

/** What OTP does after it: for a single application the specification is replaced now; then `config_change/3`. */
export async function afterScript(context: ExecutionContext, environmentBefore: Term): Promise<void> {
  if (context.prepared.upgrade.kind === "application") await replaceSpecifications(context, environmentBefore);
  await configChange(context.target, environmentBefore, { timeoutMs: context.timeouts.callMs });
}

async function replaceSpecifications(context: ExecutionContext, environmentBefore: Term): Promise<void> {
  const { target, prepared, timeouts, undo } = context;
  const options = { timeoutMs: timeouts.callMs };
  undo.push("put the application specifications back", async () => {
    await changeApplicationData(
      target,
      prepared.specifications.before,
      configBefore(context, environmentBefore),
      options,
    );
  });
  await changeApplicationData(target, prepared.specifications.after, prepared.config.after, options);
}

/**
 * The configuration of before, in which the applications whose specifications are put back have the environments that
 * they had: what was set while they ran is in no file.
 */
function configBefore({ prepared }: ExecutionContext, environmentBefore: Term): Term {
  const replaced = new Set(prepared.specifications.before.map((each) => atomName(tupleElements(each, 3)?.[1])));
  const nameOf = (entry: Term): string | undefined => atomName(tupleElements(entry, 2)?.[0]);
  const kept = (listElements(environmentBefore) ?? []).filter((entry) => replaced.has(nameOf(entry)));
  const rest = (listElements(prepared.config.before) ?? []).filter((entry) => !replaced.has(nameOf(entry)));
  return list(...kept, ...rest);
}

/** An application that ended on the way is not brought back by putting its code back. */
async function expectRunning(before: readonly string[], { target, timeouts }: ExecutionContext): Promise<void> {
  const running = new Set((await whichApplications(target, { timeoutMs: timeouts.callMs })).map(({ name }) => name));
  const ended = before.filter((name) => !running.has(name));
  if (ended.length === 0) return;
  throw new StepFailure({
    code: "application-ended",
    summary: `${ended.join(", ")} ended during the upgrade`,
    detail: "It ran before, and it doesn't run now.",
    hint: "See the node's log for why it ended, and start it with application:start/1.",
  });
}
