import { suggestion } from "../draft/suggest.js";
import { applicationOf, lists, type CheckContext } from "./context.js";
import { neededModules, type NamedModule } from "./needed-modules.js";
import { defineRule, type Found } from "./rule.js";
import { allAppupScripts, allRelupScripts, instructionsOf, type Script } from "./scripts.js";

/** systools finds the application of a module by the modules of all `.app` files; release_handler reads the file. */
export const moduleMissing = defineRule({
  code: "module-missing",
  severity: "error",
  meaning: "An instruction names a module that no application lists and that has no file, or whose file isn't there.",
  check: (context) => [
    ...allAppupScripts(context).flatMap((script) =>
      [...neededModules(context, script), ...fetchedModules(context, script)].flatMap((named) => judge(context, named)),
    ),
    ...allRelupScripts(context).flatMap((script) =>
      fetchedModules(context, script).flatMap((named) => judge(context, named)),
    ),
  ],
});

/** What `load_object_code` fetches, from versions of applications that are there. */
function fetchedModules(context: CheckContext, script: Script): NamedModule[] {
  return instructionsOf(script, "load_object_code").flatMap(({ index, instruction }) => {
    const neededIn = applicationOf(context, instruction.application, instruction.vsn);
    if (neededIn === undefined) return [];
    return instruction.modules.map((module, position) => ({
      module,
      by: instruction.instruction,
      neededIn,
      span: script.locate(index, "modules", position),
    }));
  });
}

function judge(context: CheckContext, named: NamedModule): Found[] {
  const { app, modules } = named.neededIn;
  // Without its .app nothing is known of a version.
  if (app === undefined || modules.has(named.module)) return [];
  if (isListed(context, named)) return modules.size === 0 ? [] : withoutFile(named);
  return nowhere(named);
}

/** In the `.app` of this version, or in that of another application: systools takes either. */
const isListed = ({ applications }: CheckContext, { module, neededIn }: NamedModule): boolean =>
  lists(neededIn, module) || applications.some((other) => other.name !== neededIn.name && lists(other, module));

function withoutFile({ module, by, neededIn, span }: NamedModule): Found[] {
  // Another application's module is that one's affair; one that goes away needs no code.
  if (by === "delete_module" || !lists(neededIn, module)) return [];
  const { name, vsn } = neededIn.app!.record;
  return [
    {
      summary: `${by} of ${module}, which ${name} ${vsn} lists but has no file of`,
      detail: `${neededIn.ebin} holds other modules, but neither ${module}.beam nor ${module}.js.`,
      hint: `Build ${name} again with ${module} in it, or take the module out of the script and the .app.`,
      span,
    },
  ];
}

function nowhere({ module, by, neededIn, span }: NamedModule): Found[] {
  const { name, vsn, modules } = neededIn.app!.record;
  return [
    {
      summary: `${by} of ${module}, which ${name} ${vsn} doesn't have`,
      detail: `${neededIn.app!.file} doesn't list it, and there is no file of it.`,
      hint: suggestion(module, modules) ?? `Correct the name, or add ${module} to ${name}.`,
      span,
    },
  ];
}
