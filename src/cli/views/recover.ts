import type { RecoverAct } from "../../engine/recover/acts.js";
import type { Recovered } from "../../engine/recover/recover.js";
import { someOf, wrap, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";

/** What `recover` found and did, as JSON. */
export function recoverJson(node: string, recovered: Recovered): object {
  const { result, upgrade, cause, acts, suspended, modules, evidence, journal, last, isLockForeign } = recovered;
  return {
    node,
    result,
    upgrade: upgrade?.upgrade ?? null,
    id: upgrade?.id ?? null,
    by: upgrade === undefined ? null : { user: upgrade.user, host: upgrade.host },
    since: upgrade?.since ?? null,
    cause: cause ?? null,
    evidence,
    acts: acts.map(({ what, status, problem }) => ({
      what,
      status,
      problem: problem === undefined ? null : problemJson(problem),
    })),
    suspended,
    modules,
    journal: journal ?? null,
    rollsBack: last?.upgrade ?? null,
    lockIsForeign: isLockForeign,
  };
}

const CAUSES: Readonly<Record<string, string>> = {
  client_gone: "its client was gone",
  lease_expired: "it heard nothing of its client for the time of the lease",
  requested: "it was asked to",
  left: "it was left as it is, as --on-failure leave says",
};

const BY_THE_NODE_ALONE =
  "Nothing tells who left them so: no journal of it that can be read was found here. Whether their states fit the code that runs isn't " +
  "known; relupctl doctor says where code and versions disagree. Where an upgrade was cut off, look with --journal DIR, " +
  "or on the machine that it was begun from; --restart has them begin anew instead.";

/** What `recover` found and did, for people. */
export function recoverText(node: string, recovered: Recovered, paint: Paint): string {
  const { upgrade, acts, last, isLockForeign } = recovered;
  const parts: string[] = [];
  if (upgrade !== undefined) {
    const { user, host, since } = upgrade;
    parts.push(`${paint.strong(upgrade.upgrade)}, begun by ${user}@${host} at ${since}`);
  }
  if (acts.length > 0) parts.push(acts.map((act) => actText(act, paint)).join("\n"));
  if (acts.length > 0 && recovered.evidence === "node") parts.push(wrap(BY_THE_NODE_ALONE, paint.width, 0));
  for (const { problem } of acts) if (problem !== undefined) parts.push(problemText(problem, paint));
  const versions = recovered.modules.map(({ module, version }) => `${module} (${version})`);
  if (versions.length > 0) parts.push(wrap(`What runs of it: ${versions.join(", ")}.`, paint.width, 0));
  if (isLockForeign) {
    parts.push(
      wrap(
        "A process that is none of relupctl's is registered as relupctl. --forget takes the name away from it.",
        paint.width,
        0,
      ),
    );
  }
  parts.push(wrap(conclusion(node, recovered, paint), paint.width, 0));
  if (last !== undefined) parts.push(`relupctl rollback would take ${last.upgrade} back.`);
  return parts.join("\n\n");
}

function actText({ what, status }: RecoverAct, paint: Paint): string {
  const marks = { proposed: paint.faint("to do   "), done: paint.good("ok      "), failed: paint.bad("FAILED  ") };
  return `${marks[status]}${what}`;
}

function conclusion(node: string, { result, cause, suspended }: Recovered, paint: Paint): string {
  const still = suspended.length === 0 ? "" : ` Suspended: ${someOf(suspended, 10)}.`;
  switch (result) {
    case "clear":
      return `${paint.good("Nothing to do")}: ${node} is not locked, and nothing on it is suspended.`;
    case "taken_back":
      return `${paint.good("Nothing to do")}: ${node} has taken it back, for ${CAUSES[cause ?? ""] ?? "a reason that it doesn't tell"}. Nothing is suspended.`;
    case "proposed":
      return `${paint.warn("Nothing was changed")}: do it with --yes.${still}`;
    case "recovered":
      return `${paint.good("Recovered")}: nothing on ${node} is suspended, and it is not locked.`;
    case "failed":
      return `${paint.bad("Not everything could be put right")} (see above).${still}`;
    case "forgotten":
      return `${paint.warn("Given up")}: ${node} is not locked any more. What could not be taken back stays as it is.${still}`;
  }
}
