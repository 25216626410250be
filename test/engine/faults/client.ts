import { createInterface } from "node:readline";
import { connect } from "../../../src/distribution/index.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import { upgrade, type Moment } from "./upgrade.js";

/**
 * A program that upgrades a node and kills itself in the middle, as nothing in it can answer. It waits for its orders, a
 * JSON document in one line, so that it can be started beforehand.
 */
export interface Orders {
  readonly node: string;
  readonly cookie: string;
  readonly directory: string;
  readonly journal: string;
  /** Undefined: it goes through, and ends when all is done. */
  readonly kill: { readonly moment: Moment; readonly act: number } | undefined;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { node, cookie, directory, journal, kill } = JSON.parse(line) as Orders;
  await using target = await connect({ node, cookie, timeoutMs: 30_000 });
  const prepared = await readApplicationUpgrade(target, directory);
  await upgrade(target, prepared, {
    journal,
    hook: (moment, act) => {
      if (moment === kill?.moment && act === kill.act) process.kill(process.pid, "SIGKILL");
    },
  });
  break;
}
