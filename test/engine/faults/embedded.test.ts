import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { findLastUpgrade, takeBack } from "../../../src/engine/last-upgrade.js";
import { observeProcesses } from "../../../src/engine/processes.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { loadedMd5s, libDir } from "../../../src/otp/code.js";
import { invoke } from "../../../src/otp/invoke.js";
import { ProcessGroup } from "../../../src/otp/process-group.js";
import { stateOfEach } from "../../../src/otp/sys.js";
import type { Target } from "../../../src/target/target.js";
import { printTerm } from "../../../src/terms/print.js";
import { atom } from "../../../src/terms/term.js";
import { changedModules } from "../../../src/upgrade/upgrade.js";
import { embeddedKind, type RunningTarget } from "../../conformance/targets.js";
import { fault, upgrade, type Hook } from "./upgrade.js";

/** On the embedded node, which ends with its client: a step that fails, and taking back what was done. */
describe("a fault in an upgrade of the embedded node", () => {
  let journal: string;
  let running: RunningTarget;
  let target: Target;
  let prepared: PreparedUpgrade;

  beforeAll(async () => {
    journal = await mkdtemp(join(tmpdir(), "relupctl-embedded-"));
  });
  afterAll(async () => {
    await rm(journal, { recursive: true, force: true });
  });
  beforeEach(async () => {
    running = await embeddedKind().boot("store", "1.0.1");
    target = running.target;
    prepared = await readReleaseUpgrade(target, "2.0.0");
  });
  afterEach(async () => {
    await running[Symbol.asyncDispose]();
  });

  /** Suspended processes, code, code path, environment, and the states of what the application runs. */
  async function look(): Promise<object> {
    const { processes } = await observeProcesses(target, { timeoutMs: 1_000 });
    const ours = processes.filter(({ application, type }) => application === "my_store" && type === "worker");
    const states = await stateOfEach(target, new ProcessGroup(ours.map(({ pid }) => pid)), 1_000);
    return {
      suspended: processes.filter(({ suspended }) => suspended === true).map(({ text }) => text),
      code: await loadedMd5s(target, changedModules(prepared.upgrade.script)),
      path: await libDir(target, "my_store"),
      environment: printTerm(await invoke(target, "application:get_all_env/1", [atom("my_store")])),
      lock: printTerm(await invoke(target, "erlang:whereis/1", [atom("relupctl")])),
      states: ours.map(({ text }, index) => {
        const state = states[index]!;
        return `${text} ${state.kind === "returned" ? printTerm(state.value) : state.kind}`;
      }),
    };
  }

  it("at any act leaves it all old, and a second try makes it all new; that can be taken back", async () => {
    const old = await look();
    for (let act = 0; act < prepared.upgrade.script.length + 2; act++) {
      for (const moment of ["before", "after"] as const) {
        const hook: Hook = (now, index) => {
          if (now !== moment || index !== act) return;
          throw fault();
        };
        const { execution } = await upgrade(target, prepared, { journal, hook });
        expect({ act, moment, outcome: execution?.outcome }).toEqual({ act, moment, outcome: "rolled_back" });
        expect(await look()).toEqual(old);
      }
    }
    const applied = await applyUpgrade(target, prepared);
    expect(applied.execution?.outcome).toBe("upgraded");
    expect(await look()).toMatchObject({ suspended: [], lock: "undefined" });
    expect((await look()) as { code: unknown }).not.toEqual(old);
    const last = await findLastUpgrade(target);
    expect(last).toMatchObject({ newcomers: [], changedSince: [] });
    expect(await takeBack(target, last!.record)).toMatchObject({ phase: "rolled_back", held: [] });
    expect(await look()).toEqual(old);
    expect(await findLastUpgrade(target)).toBeUndefined();
  });

  it("two upgrades that race for it: one gets it, a hundred times", async () => {
    const holder = { user: "ann", host: "here", pid: 1, since: "2026-01-01T00:00:00Z", upgrade: "a 1 -> 2", id: "x" };
    for (let round = 0; round < 100; round++) {
      const race = [0, 1].map(() => Guardian.post(target, { holder, leaseMs: 20_000, callMs: 1_000 }));
      const posted = await Promise.allSettled(race);
      expect(posted.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      for (const each of posted) if (each.status === "fulfilled") await each.value.forget();
    }
  });
});
