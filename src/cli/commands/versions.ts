import type { Command } from "commander";
import type { Logger } from "pino";
import { takeInventory } from "../../engine/releases/inventory.js";
import { EXIT } from "../exit.js";
import type { Io } from "../io.js";
import { withCommonOptions, withTargetOptions, type CommonOptions, type TargetOptions } from "../options.js";
import type { Report } from "../report.js";
import type { Run } from "../run.js";
import { openTargetToLook } from "../target.js";
import { versionsJson, versionsText } from "../views/versions.js";

type VersionsOptions = CommonOptions & TargetOptions;

/** `versions`: the releases of a node, with OTP's words for what each is. */
export function registerVersions(program: Command, run: Run): void {
  const command = program
    .command("versions")
    .alias("releases")
    .description("list the node's releases: which runs, which a start boots, what is missing (also: releases)");
  withCommonOptions(withTargetOptions(command)).action(async (options: VersionsOptions) => {
    await run("relupctl/versions@1", options, ({ io, log }) => versions(options, io, log));
  });
}

async function versions(options: VersionsOptions, io: Io, log: Logger): Promise<Report> {
  await using opened = await openTargetToLook(options, io, log);
  const inventory = await takeInventory(opened.target, { timeoutMs: options.timeout });
  return { json: versionsJson(inventory), text: (paint) => versionsText(inventory, paint), exitCode: EXIT.done };
}
