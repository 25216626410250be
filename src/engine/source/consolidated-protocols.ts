import { listDir, loadedMd5s, rootDir } from "../../otp/code.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { LoadObjectCode, LowLevelInstruction } from "../../release/instruction.js";
import type { Target } from "../../target/target.js";
import { codeOfFiles } from "../object-code.js";
import type { PreparedUpgrade } from "../prepared.js";

/** What the directory of consolidated protocols is called in a plan, in the place of an application. */
const CONSOLIDATED = "consolidated";

/** True for the step that reads consolidated protocols, which no release handler knows. */
export const isProtocolCode = (step: LowLevelInstruction): step is LoadObjectCode =>
  step.instruction === "load_object_code" && step.application === CONSOLIDATED;

/**
 * Adds the protocols that an Elixir release has consolidated, where they are other ones than those that are loaded. They
 * lie in `releases/<vsn>/consolidated` and belong to no application, so no appup names them; without them a protocol
 * wouldn't know the implementations that came with the upgrade. They are loaded last of all code, before any process
 * goes on.
 */
export async function withProtocols(
  target: Target,
  prepared: PreparedUpgrade,
  options: CallOptions,
): Promise<PreparedUpgrade> {
  const { upgrade } = prepared;
  const directory = `${await rootDir(target, options)}/releases/${upgrade.to}/${CONSOLIDATED}`;
  const names = (await listDir(target, directory, options)) ?? [];
  const modules = names.flatMap((name) => /^(.+)\.beam$/.exec(name)?.[1] ?? []).toSorted();
  if (modules.length === 0) return prepared;
  const files = modules.map((module) => ({ module, application: CONSOLIDATED, file: `${directory}/${module}.beam` }));
  const [found, loaded] = await Promise.all([
    codeOfFiles(target, files, options),
    loadedMd5s(target, modules, options),
  ]);
  // One that isn't loaded yet is loaded too: the code path leads to the old ones.
  const changed = modules.filter((module, index) => found.facts.get(module)?.md5 !== loaded[index]);
  if (changed.length === 0) return prepared;
  return {
    ...prepared,
    code: new Map([...prepared.code, ...pick(found.code, changed)]),
    upgrade: {
      ...upgrade,
      script: withLoads(upgrade.script, changed, upgrade.to),
      objectCode: new Map([...upgrade.objectCode, ...pick(found.facts, changed)]),
    },
  };
}

const pick = <Value>(map: ReadonlyMap<string, Value>, keys: readonly string[]): (readonly [string, Value])[] =>
  keys.flatMap((key) => (map.has(key) ? [[key, map.get(key)!] as const] : []));

/** `load_object_code` first of all, and a `load` of each before the first process is resumed or started. */
function withLoads(
  script: readonly LowLevelInstruction[],
  modules: readonly string[],
  vsn: string,
): LowLevelInstruction[] {
  const fetch: LowLevelInstruction = { instruction: "load_object_code", application: CONSOLIDATED, vsn, modules };
  const loads = modules.map((module): LowLevelInstruction => ({
    instruction: "load",
    module,
    prePurge: "brutal_purge",
    postPurge: "brutal_purge",
  }));
  const goesOn = script.findIndex((step) => step.instruction === "resume" || step.instruction === "start");
  const at = goesOn === -1 ? script.length : goesOn;
  return [fetch, ...script.slice(0, at), ...loads, ...script.slice(at)];
}
