import type { Instruction } from "../release/instruction.js";
import type { CheckContext, CheckedApplication, CodeMeaning, Rule } from "../release/rules/index.js";
import { allAppupScripts, type AppupScript } from "../release/rules/scripts.js";
import { otherVersions } from "../release/rules/versions.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { translateScripts } from "./translate.js";
import type { UpgradeApplication } from "./translation/application.js";

const error = (code: string, meaning: string): CodeMeaning => ({ code, severity: "error", meaning });

/**
 * Every script of every appup, translated as for a relup: what systools_rc would refuse. The rest of the release isn't
 * known, so the script's other applications and modules are believed to be as it has them.
 */
export const translationRule: Rule = {
  codes: [
    error("module-defined-twice", "Two instructions of a script are about one module."),
    error("dependency-without-instruction", "A module depends (DepMods) on one that no instruction is about."),
    error("operation-before-point-of-no-return", "Something else than `load_object_code` or `apply` stands before it."),
    error("several-points-of-no-return", "`point_of_no_return` stands in a script more than once."),
    error("no-object-code", "`load` of a module that no `load_object_code` fetches."),
    error("conflicting-versions", "A script fetches code of one application in two versions."),
    error("suspended-not-resumed", "A module is suspended, but never resumed."),
    error("resumed-not-suspended", "A module is resumed, but never suspended."),
    error("stopped-not-started", "A module is stopped, but never started again."),
    error("started-not-stopped", "A module is started, but never stopped before."),
    error("removed-application-present", "`remove_application` of one that the same script adds or restarts."),
  ],
  check: (context) => allAppupScripts(context).flatMap((script) => refusals(context, script)),
};

function refusals(context: CheckContext, script: AppupScript): readonly Problem[] {
  const { application, direction } = script;
  if (application.app === undefined) return [];
  const [other] = otherVersions(context, script);
  const [from, to] = direction === "up" ? [other, application] : [application, other];
  const instructions = script.instructions.map((each) => withinApplication(each, application, script));
  try {
    translateScripts(
      direction,
      [instructions],
      [...ofScript(script, to), ...standIns(script, "add_application", "restart_application")],
      [...ofScript(script, from), ...standIns(script, "remove_application", "restart_application")],
      ({ index }) => script.locate(index),
    );
    return [];
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
}

/** The application in one version, or with what this version has where that one isn't there; and all modules it names. */
function ofScript(script: AppupScript, version: CheckedApplication | undefined): UpgradeApplication[] {
  const { name, app } = script.application;
  const { vsn, modules } = version?.app?.record ?? { vsn: fetchedVsn(script), modules: app!.record.modules };
  const named = script.instructions.flatMap((each) => ("module" in each ? [each.module] : []));
  return [
    { name, vsn, type: "permanent", modules },
    { name: "elsewhere", vsn: "", type: "permanent", modules: named },
  ];
}

/** The version in which a script fetches code of its own application. */
function fetchedVsn({ instructions, application }: AppupScript): string {
  const fetch = instructions.find(
    (each) => each.instruction === "load_object_code" && each.application === application.name,
  );
  return fetch?.instruction === "load_object_code" ? fetch.vsn : "";
}

/** The other applications that some instructions need. */
function standIns(
  { instructions, application }: AppupScript,
  ...names: readonly Instruction["instruction"][]
): UpgradeApplication[] {
  return instructions.flatMap((each): UpgradeApplication[] => {
    if (!names.includes(each.instruction) || !("application" in each) || each.application === application.name)
      return [];
    return [{ name: each.application, vsn: "", type: "permanent", modules: [] }];
  });
}

/** The instruction without dependencies on modules that another application's appup may be about. */
function withinApplication(
  instruction: Instruction,
  { app }: CheckedApplication,
  { instructions }: AppupScript,
): Instruction {
  if (!("depMods" in instruction)) return instruction;
  const known = new Set([
    ...app!.record.modules,
    ...instructions.flatMap((each) => ("module" in each ? [each.module] : [])),
  ]);
  return { ...instruction, depMods: instruction.depMods.filter((module) => known.has(module)) };
}
