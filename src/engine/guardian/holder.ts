import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { whoAmI } from "../journal/operator.js";
import type { Holder } from "./record.js";

/**
 * Who we are, for others who find the node locked.
 * @param id of the journal, where there is one
 */
export function holderOf({ kind, name, from, to }: Upgrade, id: string = randomUUID()): Holder {
  return { ...us(`${name} ${from} -> ${to}`, id), ...(kind === "release" && { releaseBefore: from }) };
}

/** The same for whatever else must not be done at the same time. @param what is done */
export function us(what: string, id: string = randomUUID()): Holder {
  return {
    user: whoAmI().user,
    host: hostname(),
    pid: process.pid,
    since: new Date().toISOString(),
    upgrade: what,
    id,
  };
}
