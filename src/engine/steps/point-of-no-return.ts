import { replacePath } from "../../otp/code.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { undo } from "../guardian/undo-action.js";
import { modulesNotLoaded } from "../strays.js";

/** Puts the new versions' directories in the place of the old ones in the code path. */
export async function pointOfNoReturn(context: ExecutionContext): Promise<number> {
  const options = { timeoutMs: context.timeouts.callMs };
  for (const { application, directory } of context.prepared.upgrade.libraries) {
    const previous = context.prepared.previousDirectories.get(application);
    const notLoaded = previous === directory ? [] : await modulesNotLoaded(application, context);
    await context.undo.push(
      previous === undefined ? `take ${application} out of the code path` : `put the code path of ${application} back`,
      previous === undefined
        ? undo.deletePath(`${directory}/ebin`, notLoaded)
        : undo.putPath(application, { before: `${previous}/ebin`, after: `${directory}/ebin`, notLoaded }),
    );
    if (!(await replacePath(context.target, application, `${directory}/ebin`, options))) {
      throw new StepFailure({
        code: "code-path-not-replaced",
        summary: `the node would not put ${directory}/ebin into its code path`,
        hint: "The directory must exist on the node and be named after the application.",
      });
    }
  }
  return 0;
}
