import type { Committed } from "../../engine/releases/commit.js";
import { count, wrap, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";

/** What `commit` did, as JSON. */
export function commitJson(committed: Committed): object {
  const { node, name, vsn, result, bootedBefore, oldCodeUsers, purged, problems } = committed;
  return {
    node,
    name,
    vsn,
    result,
    bootedBefore: bootedBefore ?? null,
    oldCodeUsers: oldCodeUsers.map(({ pid, registeredName, callbackModule, modules }) => ({
      pid,
      registeredName: registeredName ?? null,
      callbackModule: callbackModule ?? null,
      modules,
    })),
    purged,
    problems: problems.map(problemJson),
  };
}

/** What `commit` did, for people. */
export function commitText(committed: Committed, paint: Paint): string {
  const parts = committed.problems.map((problem) => problemText(problem, paint));
  parts.push(wrap(conclusion(committed, paint), paint.width, 2, 0));
  return parts.join("\n\n");
}

function conclusion({ node, name, vsn, result, bootedBefore, purged }: Committed, paint: Paint): string {
  const what = paint.strong(`${name} ${vsn}`);
  switch (result) {
    case "refused":
      return paint.bad(`Refused: ${name} ${vsn} was not made permanent.`);
    case "checked":
      return `${what} could be committed on ${node}. Nothing was changed.`;
    case "unchanged":
      return `${what} is permanent on ${node} already.`;
    case "committed": {
      const before = bootedBefore === undefined ? "" : ` (it was ${bootedBefore})`;
      const old = purged.length === 0 ? "" : ` Old code of ${count(purged.length, "module")} was purged.`;
      return `${paint.good("Committed")} ${what} on ${node}: a start boots it now${before}. RELEASES and start_erl.data were read back.${old}`;
    }
  }
}
