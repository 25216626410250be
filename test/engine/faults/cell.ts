import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { findRecord, LAST } from "../../../src/engine/guardian/record.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import { modulesOf } from "../../../src/upgrade/upgrade.js";
import type { Target } from "../../../src/target/target.js";
import { WORKERS, type FaultsNode, type Look } from "./node.js";
import { expectTold, lastJournal } from "./told.js";
import { upgrade, type Moment } from "./upgrade.js";

/** What was found after a fault: everything as before the upgrade, or everything of the new version. */
export type Found = "old" | "new";

/** One fault at one moment of the upgrade. */
export interface Cell {
  readonly moment: Moment;
  readonly act: number;
}

/** How long a node may take to be right again after its client's end. */
const RIGHT_AFTER_MS = 60_000;

/** A node for the cells of one kind of fault, with what it looks like on either version. */
export class Bench implements AsyncDisposable {
  readonly faults: FaultsNode;
  readonly journal: string;
  readonly prepared: PreparedUpgrade;
  readonly target: Target;
  readonly acts: number;
  /** What each act is, in words. */
  readonly names: readonly string[];
  #old: Look;
  #new: Look;

  private constructor(faults: FaultsNode, journal: string, target: Target, prepared: PreparedUpgrade, acts: number) {
    this.faults = faults;
    this.journal = journal;
    this.target = target;
    this.prepared = prepared;
    this.acts = acts;
    const steps = prepared.upgrade.script.map((step) => [step.instruction, ...modulesOf(step)].join(" "));
    this.names = ["before the first step", ...steps, "after the last step"];
    this.#old = this.#new = { suspended: "", lock: "", code: "", environment: "", states: "" };
  }

  static async open(faults: FaultsNode, journal: string): Promise<Bench> {
    const target = await faults.connect();
    const prepared = await readApplicationUpgrade(target, `${faults.lib}/faults-2`);
    const bench = new Bench(faults, journal, target, prepared, prepared.upgrade.script.length + 2);
    await bench.#measure();
    return bench;
  }

  /** Counts a little, goes up to see what the new version looks like, and back. */
  async #measure(): Promise<void> {
    await this.faults.count();
    this.#old = await this.faults.look();
    expect(this.#old).toMatchObject({ suspended: "[]", lock: "false" });
    await this.#upgradeWell();
    this.#new = await this.faults.look();
    expect(this.#new.code).not.toBe(this.#old.code);
    expect(this.#new.states).not.toBe(this.#old.states);
    expect(this.#new.environment).not.toBe(this.#old.environment);
    await this.#takeBack();
    expect(await this.faults.look()).toEqual(this.#old);
  }

  async #upgradeWell(): Promise<void> {
    const { execution, refusedFor } = await upgrade(this.target, this.prepared, {
      journal: this.journal,
    });
    expect(refusedFor).toEqual([]);
    expect(execution).toMatchObject({ outcome: "upgraded", failure: undefined });
  }

  async #takeBack(): Promise<void> {
    const record = await findRecord(this.target, LAST);
    if (record === undefined || record === "other") throw new Error("there is no record of the upgrade");
    const guardian = new Guardian(this.target, record.pid, record.log, record.states);
    expect(await guardian.rollBack()).toMatchObject({ phase: "rolled_back" });
    await guardian.forget();
  }

  /**
   * Waits until the node is right again, sees that the journal tells what happened, and that a second try goes well.
   * @param options.restarted true where a process began anew, so that it has the state of its start
   * @param options.isReached false where the upgrade has failed before the act
   */
  async settle(cell: Cell, { restarted = false, isReached = true } = {}): Promise<Found> {
    const found = await this.#rightAgain(restarted);
    if (isReached) expectTold(await lastJournal(this.journal), cell, found);
    if (found === "old") await this.#upgradeWell();
    if (restarted) {
      // Back to the states of before.
      await this.#takeBack();
      await this.faults.node.eval(RESET);
      await this.#measure();
      return found;
    }
    expect(await this.faults.look()).toEqual(this.#new);
    await this.#takeBack();
    expect(await this.faults.look()).toEqual(this.#old);
    return found;
  }

  async #rightAgain(restarted: boolean): Promise<Found> {
    const started = performance.now();
    for (;;) {
      const look = await this.faults.look();
      const as = (expected: Look): boolean => same(look, expected, restarted);
      if (as(this.#new) && (await findRecord(this.target, LAST)) !== undefined) return "new";
      if (as(this.#old)) return "old";
      if (performance.now() - started > RIGHT_AFTER_MS) expect(look).toEqual(this.#old);
      await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await this.faults[Symbol.asyncDispose]();
  }
}

/** Every worker as it is at its start. */
const RESET = `[begin Monitor = monitor(process, W), exit(whereis(W), kill), receive {'DOWN', Monitor, _, _, _} -> ok end end
    || W <- ${WORKERS}],
  Wait = fun Again() -> lists:member(undefined, [whereis(W) || W <- ${WORKERS}]) andalso begin timer:sleep(2), Again() end end,
  Wait()`;

/** Numbers in the states aside where a process began anew. */
const same = (a: Look, b: Look, restarted: boolean): boolean => {
  const states = (text: string): string =>
    restarted ? text.replace(/((?:alpha|alpha_2),|beta_\d,|count => )\d+/g, "$1N") : text;
  return (
    a.suspended === b.suspended &&
    a.lock === b.lock &&
    a.code === b.code &&
    a.environment === b.environment &&
    states(a.states) === states(b.states)
  );
};
