import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { bootEmbedded } from "../../../src/cli/embedded.js";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { findLastUpgrade, takeBack } from "../../../src/engine/last-upgrade.js";
import { observeProcesses } from "../../../src/engine/processes.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { loadedModules, libDir } from "../../../src/otp/code.js";
import { invoke } from "../../../src/otp/invoke.js";
import { pidText, whereis } from "../../../src/otp/process.js";
import { ProcessGroup } from "../../../src/otp/process-group.js";
import { stateOfEach } from "../../../src/otp/sys.js";
import type { Target } from "../../../src/target/target.js";
import { printTerm } from "../../../src/terms/print.js";
import { atom } from "../../../src/terms/term.js";
import { changedModules } from "../../../src/upgrade/upgrade.js";
import type { Cell, Found } from "./cell.js";
import { makeFaultsRoot, type EmbeddedRoot } from "./embedded-root.js";
import { reliabilityText } from "./table.js";
import { expectTold, lastJournal } from "./told.js";
import { fault, upgrade, type Hook } from "./upgrade.js";

const WORKERS = ["alpha_1", "alpha_2", "alpha_3", "beta_1", "beta_2"];

/**
 * The fault matrix on the embedded node, which ends with its client: a step fails, a process is killed, or both, before and
 * after every act of the same upgrade.
 */
describe("a fault in an upgrade of the embedded node", () => {
  let root: EmbeddedRoot;
  let journal: string;
  let target: Target;
  let prepared: PreparedUpgrade;

  beforeAll(async () => {
    root = await makeFaultsRoot();
    journal = await mkdtemp(join(tmpdir(), "relupctl-embedded-"));
  });
  afterAll(async () => {
    await root[Symbol.asyncDispose]();
    await rm(journal, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const options = { root: root.path, boot: "1", connectTimeout: 10_000, timeout: 5_000 };
    target = await bootEmbedded(options, pino({ level: "silent" }));
    prepared = await readReleaseUpgrade(target, "2");
    for (const worker of [...WORKERS, "beta_2"]) {
      await target.call(
        { module: "gen_server", function: "call", args: [atom(worker), atom("next")] },
        { timeoutMs: 30_000 },
      );
    }
  });
  afterEach(async () => {
    await target[Symbol.asyncDispose]();
  });

  /** Suspended processes, code, code path, environment, specifications, and the states of what the application runs. */
  async function look(): Promise<Record<string, unknown>> {
    const { processes } = await observeProcesses(target, { timeoutMs: 30_000 });
    const ours = processes.filter(({ application, type }) => application === "faults" && type === "worker");
    const states = await stateOfEach(target, new ProcessGroup(ours.map(({ pid }) => pid)), 30_000);
    const names = ["faults_sup", "alpha_1"].map((name) => atom(name));
    const code = await loadedModules(target, changedModules(prepared.upgrade.script));
    return {
      suspended: processes.filter(({ suspended }) => suspended === true).map(({ text }) => text),
      code: code.map(({ module, md5, file, hasOldCode }) => ({ module, md5, file, hasOldCode })),
      path: await libDir(target, "faults"),
      environment: printTerm(await invoke(target, "application:get_all_env/1", [atom("faults")])),
      specification: printTerm(await invoke(target, "supervisor:get_childspec/2", names)),
      lock: printTerm(await invoke(target, "erlang:whereis/1", [atom("relupctl")])),
      states: ours
        .map(({ registeredName }, index) => {
          const state = states[index]!;
          return `${registeredName ?? "?"} ${state.kind === "returned" ? printTerm(state.value) : state.kind}`;
        })
        .toSorted(),
    };
  }

  const tryAgain = async (): Promise<void> => {
    const { execution } = await upgrade(target, prepared, { journal });
    expect(execution).toMatchObject({ outcome: "upgraded", failure: undefined });
    expect(await look()).toMatchObject({ suspended: [], lock: "undefined", environment: "[{level,2}]" });
  };
  const takeItBack = async (): Promise<void> => {
    const last = await findLastUpgrade(target);
    expect(last).toMatchObject({ changedSince: [] });
    expect(await takeBack(target, last!.record)).toMatchObject({ phase: "rolled_back", held: [] });
    expect(await findLastUpgrade(target)).toBeUndefined();
  };

  /** Every act of the upgrade, what is done before and after all steps among them. */
  const cells = (...moments: readonly Cell["moment"][]): Cell[] =>
    Array.from({ length: prepared.upgrade.script.length + 2 }, (_, act) => act).flatMap((act) =>
      moments.map((moment) => ({ moment, act })),
    );
  const at =
    ({ moment, act }: Cell, doing: () => Promise<void> | void): Hook =>
    (now, index) =>
      now === moment && index === act ? doing() : undefined;

  /** The supervisor with all its workers while it is its turn; else a worker of each module. */
  async function kill({ act }: Cell): Promise<void> {
    const step = prepared.upgrade.script[act - 1];
    const isSupervisor = act > 1 && step !== undefined && JSON.stringify(step).includes("faults_sup");
    const killed = isSupervisor ? ["faults_sup"] : ["alpha_1", "beta_2"];
    const ending = isSupervisor ? [...killed, "alpha_1", "alpha_2", "alpha_3"] : killed;
    const textOf = async (name: string): Promise<string> => {
      const pid = await whereis(target, atom(name));
      return pid === undefined ? "none" : pidText(pid);
    };
    const before = await Promise.all(ending.map(textOf));
    for (const name of killed) {
      await invoke(target, "erlang:exit/2", [(await whereis(target, atom(name)))!, atom("kill")]);
    }
    // Until its supervisor has started another one.
    for (const [index, name] of ending.entries()) {
      await expect.poll(() => textOf(name), { interval: 2 }).not.toMatch(new RegExp(`^(none|${before[index]!})$`));
    }
  }

  /** Of workers that began anew the number is another one. */
  const uncounted = (found: Record<string, unknown>): object => ({
    ...found,
    states: (found["states"] as string[]).map((state) =>
      state.replace(/((?:alpha|alpha_2),|beta_\d |count => )\d+/, "$1N"),
    ),
  });

  const counts: Record<Found, number> = { old: 0, new: 0 };
  async function expectFound(cell: Cell, found: Found): Promise<void> {
    expectTold(await lastJournal(journal), cell, found);
    counts[found]++;
  }

  it(
    "a step that fails leaves all old, the journal says so, and a second try makes all new",
    { timeout: 300_000 },
    async () => {
      const old = await look();
      expect(old["states"]).toEqual([
        ...["alpha_1 {alpha,1}", "alpha_2 {alpha,1}", "alpha_3 {alpha,1}"],
        "beta_1 1",
        "beta_2 2",
      ]);
      for (const cell of cells("before", "after")) {
        const hook = at(cell, () => {
          throw fault();
        });
        const { execution } = await upgrade(target, prepared, { journal, hook });
        expect({ ...cell, outcome: execution?.outcome }).toEqual({ ...cell, outcome: "rolled_back" });
        expect({ ...cell, ...(await look()) }).toEqual({ ...cell, ...old });
        await expectFound(cell, "old");
        await tryAgain();
        await takeItBack();
        expect(await look()).toEqual(old);
      }
    },
  );

  it(
    "a process that is killed is no reason to fail: all is new, and can be taken back",
    { timeout: 300_000 },
    async () => {
      const old = uncounted(await look());
      for (const cell of cells("before", "after")) {
        const { execution } = await upgrade(target, prepared, { journal, hook: at(cell, () => kill(cell)) });
        expect({ ...cell, outcome: execution?.outcome }).toEqual({ ...cell, outcome: "upgraded" });
        expect(await look()).toMatchObject({ suspended: [], lock: "undefined", environment: "[{level,2}]" });
        expect(JSON.stringify((await look())["states"])).not.toMatch(/\{alpha,|beta_\d \d/);
        await expectFound(cell, "new");
        await takeItBack();
        expect({ ...cell, ...uncounted(await look()) }).toEqual({ ...cell, ...old });
      }
    },
  );

  it(
    "what began in the place of a killed one doesn't meet the old code when the step fails",
    { timeout: 300_000 },
    async () => {
      const old = uncounted(await look());
      for (const cell of cells("before")) {
        const killing = at(cell, () => kill(cell));
        const failing = at({ ...cell, moment: "after" }, () => {
          throw fault();
        });
        const hook: Hook = async (moment, act) => {
          await killing(moment, act);
          await failing(moment, act);
        };
        const { execution } = await upgrade(target, prepared, { journal, hook });
        expect({ ...cell, outcome: execution?.outcome }).toEqual({ ...cell, outcome: "rolled_back" });
        expect({ ...cell, ...uncounted(await look()) }).toEqual({ ...cell, ...old });
        await expectFound(cell, "old");
        await tryAgain();
        await takeItBack();
        expect(uncounted(await look())).toEqual(old);
      }
    },
  );

  it("stands in docs/reliability.md with its counts", () => {
    const text = `${counts.old + counts.new} faults: ${counts.old} times all old, ${counts.new} times all new`;
    expect(reliabilityText()).toContain(`${text} on the embedded node`);
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
