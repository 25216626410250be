import { ProcessGroup } from "../../otp/process-group.js";
import type { ProcessPlace } from "../../otp/process-place.js";
import { answersEach, sysStatusEach } from "../../otp/sys.js";
import type { Target } from "../../target/target.js";
import type { ObservedProcess } from "../../upgrade/facts.js";
import type { InspectedCallback, Inspection } from "../../upgrade/inspection.js";

/**
 * Finds processes that are suspended by where they wait, so that none has to be asked: a status is made by the process,
 * and carries its state. Of those that hibernate only their status tells. Then the supervised processes of a behaviour
 * are asked for an answer that costs nothing.
 * @param places where each process is, in the order of the processes
 * @param notResponding processes that were asked already, in vain: they cost no second time-out
 */
export async function inspectStillness(
  target: Target,
  processes: readonly ObservedProcess[],
  places: readonly (ProcessPlace | undefined)[],
  callbacks: ReadonlyMap<string, InspectedCallback>,
  notResponding: ReadonlySet<string>,
  timeoutMs: number,
): Promise<Pick<Inspection, "suspended" | "silent">> {
  const placed = processes.flatMap((process, index) => {
    const place = places[index];
    return place === undefined ? [] : [{ process, place }];
  });
  const byErlang = placed.filter(({ place }) => place.status === "suspended");
  const bySys = placed.filter(({ place }) => isInSuspendLoop(place));
  const still = new Set([...byErlang, ...bySys]);
  const awake = placed.filter((each) => !still.has(each));
  const askedBefore = awake.filter(({ process }) => notResponding.has(process.text));
  const askable = awake.filter(
    ({ process, place }) => !notResponding.has(process.text) && answersSystemMessages(place, callbacks),
  );
  const hibernating = askable.filter(({ place }) => place.current === "erlang:hibernate");
  const pids = hibernating.map(({ process }) => process.pid);
  const statuses = await sysStatusEach(target, pids, timeoutMs);
  const asked = askable.filter(({ process }) => process.supervised);
  const answers = await answersEach(target, new ProcessGroup(asked.map(({ process }) => process.pid)), timeoutMs);
  return {
    suspended: [
      ...[...bySys, ...hibernating.filter((_, index) => statuses[index]!.state === "suspended")].map(
        ({ process }) => ({ pid: process.text, by: "sys" }) as const,
      ),
      ...byErlang.map(({ process }) => ({ pid: process.text, by: "erlang" }) as const),
    ],
    silent: [...askedBefore, ...asked.filter((_, index) => answers[index] === false)].map(
      ({ process }) => process.text,
    ),
  };
}

/** `sys:suspend_loop/6`, or the one of a process that hibernates meanwhile. */
const isInSuspendLoop = ({ current }: ProcessPlace): boolean =>
  current === "sys:suspend_loop" || current === "sys:suspend_loop_hib";

/** True for what was started as one of the behaviours: who knows no system messages would keep them for ever. */
function answersSystemMessages(
  { startedIn }: ProcessPlace,
  callbacks: ReadonlyMap<string, InspectedCallback>,
): boolean {
  if (startedIn.module === "supervisor" || startedIn.module === "gen_event") return true;
  return startedIn.function === "init" && callbacks.get(startedIn.module)?.answersSystemMessages === true;
}
