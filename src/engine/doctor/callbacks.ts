import { exportsOf, type Origin } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { ProcessPlace } from "../../otp/process-place.js";
import type { Target } from "../../target/target.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { InspectedCallback } from "../../upgrade/inspection.js";
import { applicationOfFile } from "../../upgrade/otp-applications.js";

/**
 * Looks at every module that processes run as their callback: where it comes from, and whether its processes can be
 * asked something. A message to a process that knows no system messages would stay in its mailbox for ever.
 */
export async function inspectCallbacks(
  target: Target,
  processes: readonly ObservedProcess[],
  places: readonly (ProcessPlace | undefined)[],
  origins: ReadonlyMap<string, Origin>,
  options: CallOptions,
): Promise<Map<string, InspectedCallback>> {
  const started = places.flatMap((place) => place?.startedIn.module ?? []);
  const modules = [...new Set([...processes.flatMap(({ callbackModule }) => callbackModule ?? []), ...started])];
  const exported = await exportsOf(target, modules, options);
  return new Map(
    modules.map((module, index) => {
      const origin = origins.get(module);
      const file = typeof origin === "object" ? origin.file : undefined;
      const application = origin === "preloaded" ? "erts" : file === undefined ? undefined : applicationOfFile(file);
      return [module, { file, application, answersSystemMessages: answersSystemMessages(exported[index]!) }];
    }),
  );
}

/** gen_server, gen_statem, gen_event's handlers, supervisors, and special processes (sys(3)). */
function answersSystemMessages(exports: ReadonlySet<string>): boolean {
  if (exports.has("system_continue/3")) return true;
  return exports.has("init/1") && (exports.has("handle_call/3") || exports.has("callback_mode/0"));
}
