import { expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import { buildApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { runs } from "../../support/property-runs.js";
import { FaultsNode } from "./node.js";

/** Ups and downs, half of each. */
const RUNS = runs(100);
const TIMEOUT_MS = 60_000 + RUNS * 2_000;
/** The first few make what stays: atoms of names, tables of the node itself, the record of the last upgrade. */
const WARM_UP = 6;

const COUNTS = `
  Modules = [faults_alpha, faults_beta, faults_sup],
  [erlang:garbage_collect(P) || P <- processes()],
  {length(processes()), erlang:system_info(atom_count), length(ets:all()), length(erlang:ports()),
   [M || M <- Modules, erlang:check_old_code(M)], length(code:get_path()), length(registered())}`;

/** What is the same twenty times in a row: a process that ends is there for a moment. */
async function settled(look: () => Promise<string>): Promise<string> {
  let last = await look();
  for (let same = 0; same < 20; same++) {
    const now = await look();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}

describeErlang("many upgrades and downgrades in a row", () => {
  it("leave nothing behind: no process, atom, table, port, nor old code", { timeout: TIMEOUT_MS }, async () => {
    await using built = await buildApplications(["faults-1", "faults-2"]);
    await using faults = await FaultsNode.start(built.lib);
    await faults.count();
    const [states, before] = [(await faults.look()).states, await faults.look()];
    await using target = await faults.connect();
    let counts: string | undefined;
    let memory = 0;
    for (let run = 0; run < RUNS; run++) {
      const prepared = await readApplicationUpgrade(target, `${built.lib}/faults-${run % 2 === 0 ? 2 : 1}`);
      const { execution } = await applyUpgrade(target, prepared);
      expect(execution).toMatchObject({ outcome: "upgraded", failure: undefined });
      if (run + 1 === WARM_UP) {
        // Counting for the first time makes atoms itself.
        await faults.node.eval(`${COUNTS}, erlang:memory(total)`);
        counts = await settled(() => faults.node.eval(COUNTS));
        memory = Number(await faults.node.eval("erlang:memory(total)"));
      }
    }
    await expect.poll(() => faults.node.eval(COUNTS)).toBe(counts);
    expect(counts).toContain(",[],");
    expect((await faults.look()).states).toBe(states);
    expect(await faults.look()).toEqual(before);
    // Allocators keep some of what they had.
    expect(Number(await faults.node.eval("erlang:memory(total)")) - memory).toBeLessThan(4_000_000);
  });
});
