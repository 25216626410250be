import type { Command } from "commander";
import type { Logger } from "pino";
import { removeRelease } from "../../engine/releases/remove.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import { changeReleases } from "../releases.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTarget } from "../target.js";
import { removalText, removeJson, removeText } from "../views/remove.js";

interface RemoveCommandOptions extends CommonOptions, TargetOptions {
  readonly dryRun?: boolean;
}

/** `remove`: deletes a release that is needed no more, and only what nothing else needs. */
export function registerRemove(program: Command, run: Run): void {
  const command = program
    .command("remove")
    .argument("<vsn>", "the release to remove; not the one that runs, nor the one that a start boots")
    .description("remove a release: what no other release, no running code and no code path needs")
    .option("--dry-run", "say what would be deleted; nothing is");
  withCommonOptions(withTargetOptions(command)).action(async (vsn: string, options: RemoveCommandOptions) => {
    await run("relupctl/remove@1", options, ({ io, log }) => remove(vsn, options, io, log));
  });
}

async function remove(vsn: string, options: RemoveCommandOptions, io: Io, log: Logger): Promise<Report> {
  await using opened = await openTarget(options, io, log);
  const isDry = options.dryRun === true;
  const removed = await changeReleases(opened.target, { what: `the removal of ${vsn}`, isDry }, () =>
    removeRelease(opened.target, vsn, {
      timeoutMs: options.timeout,
      dryRun: isDry,
      onPlanned: (removal) => {
        log.info({ deletes: removal.deletes }, "remove_planned");
        // Told before anything is deleted; where the result is text, it stands there once.
        if (!isDry && options.json !== true) io.err(`${removalText(removal, io.paintErr)}\n`);
      },
    }),
  );
  log.info({ result: removed.result, vsn }, "remove");
  return { json: removeJson(removed), text: (paint) => removeText(removed, paint), exitCode: EXIT.done };
}
