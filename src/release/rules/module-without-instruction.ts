import { printAtom } from "../../terms/print.js";
import { lists, type CheckedApplication, type ModuleCode } from "./context.js";
import { defineRule, type Found } from "./rule.js";
import { allAppupScripts, type AppupScript } from "./scripts.js";
import { otherVersions } from "./versions.js";

export const moduleWithoutInstruction = defineRule({
  code: "module-without-instruction",
  severity: "warning",
  meaning:
    "In a release root: a module differs from the older version, but the appup's entry for that doesn't name it.",
  check: (context) =>
    allAppupScripts(context)
      .filter((script) => script.direction === "up" && !reloadsAll(script))
      .flatMap((script) => otherVersions(context, script).flatMap((older) => leftOut(script, older))),
});

/** The whole application is loaded anew, or the whole node. */
function reloadsAll({ instructions, application }: AppupScript): boolean {
  return instructions.some((instruction) => {
    switch (instruction.instruction) {
      case "restart_new_emulator":
      case "restart_emulator":
        return true;
      case "restart_application":
        return instruction.application === application.name;
      default:
        return false;
    }
  });
}

function leftOut(script: AppupScript, older: CheckedApplication): Found[] {
  const { application } = script;
  const named = namedModules(script);
  return [...application.modules].flatMap(([module, { code }]) => {
    if (named.has(module) || !lists(application, module)) return [];
    const before = older.modules.get(module);
    const difference = before === undefined ? "is new" : differ(code, before.code) ? "has changed" : undefined;
    if (difference === undefined) return [];
    const vsn = older.app!.record.vsn;
    const isNew = before === undefined;
    return [
      {
        summary: `${module} ${difference} since ${application.name} ${vsn}, but no instruction names it`,
        detail: isNew
          ? "A node in embedded mode, as releases run, wouldn't load it before its next restart."
          : "The node would go on running its old code until the next restart.",
        hint: isNew
          ? `Add {add_module, ${printAtom(module)}}.`
          : `Add {load_module, ${printAtom(module)}}, or {update, ${printAtom(module)}, ...} where processes hold its state.`,
        span: script.locateVersion(),
      },
    ];
  });
}

/** Every atom that an instruction names modules by. */
function namedModules({ instructions }: AppupScript): ReadonlySet<string> {
  return new Set(
    instructions.flatMap((instruction) => {
      if ("module" in instruction) return [instruction.module];
      if ("modules" in instruction) {
        return instruction.modules.map((each: string | { readonly module: string }) =>
          typeof each === "string" ? each : each.module,
        );
      }
      return [];
    }),
  );
}

/** Whether the code is known to differ. Of compiled modules the MD5 counts, which leaves out when and where they were. */
function differ(a: ModuleCode | undefined, b: ModuleCode | undefined): boolean {
  if (a?.kind === "beam" && b?.kind === "beam") return a.info.md5 !== b.info.md5;
  if (a?.kind === "script" && b?.kind === "script") return Buffer.compare(a.bytes, b.bytes) !== 0;
  return false;
}
