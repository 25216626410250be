import { prepConfigChange } from "../../otp/application.js";
import { installRelease, type InstallAnswer } from "../../otp/release-handler.js";
import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import { emulatorRestart } from "../../upgrade/upgrade.js";
import type { ExecuteOptions } from "../execute.js";
import type { ExecutionOutcome, StepStatus } from "../execution.js";
import { problemOf } from "../failure.js";
import { forgetLastUpgrade } from "../last-upgrade.js";
import type { PreparedUpgrade } from "../prepared.js";
import type { Account } from "../releases/account.js";
import type { Bookkeeping } from "../releases/bookkeeping.js";
import { awaitRestart, type Restart } from "../restart.js";
import { installFailed } from "./reasons.js";
import { placeRelup, type PlacedRelup } from "./relup-file.js";
import { isGoingDown, notRunning, putDataBack, releaseThatRuns } from "./settle.js";

/** For the whole upgrade, where no deadline is given: a code_change may take its time, and there may be many. */
const INSTALL_MS = 30 * 60_000;
const ASK_MS = 10_000;

/** How the release handler's work ended. */
export interface Settled {
  readonly outcome: ExecutionOutcome;
  readonly failure?: Problem | undefined;
  readonly restart?: Restart | undefined;
  readonly notUndone?: readonly Problem[];
  /** What the release handler says of the release, where it runs. */
  readonly status?: Bookkeeping["status"];
  /** What became of every step; the release handler doesn't tell of each. */
  readonly steps: StepStatus;
}

/** Any error as a problem of the installation. */
export const failureOf = (error: unknown): Problem => problemOf(error, "install-failed", FAILED);

const FAILED = "the node's release handler could not install the release";

/** One upgrade in the hands of the release handler. */
export class Handover {
  /** True from when it may have begun. */
  isHandedOver = false;
  readonly #target: Target;
  readonly #prepared: PreparedUpgrade;
  readonly #account: Account;
  readonly #options: ExecuteOptions;

  constructor(target: Target, prepared: PreparedUpgrade, account: Account, options: ExecuteOptions) {
    this.#target = target;
    this.#prepared = prepared;
    this.#account = account;
    this.#options = options;
  }

  async install(): Promise<Settled> {
    const { upgrade } = this.#prepared;
    const ask = { timeoutMs: ASK_MS };
    const environment = await prepConfigChange(this.#target, ask);
    const relup = await placeRelup(this.#target, this.#account.relDir, upgrade, ask);
    const timeoutMs = Math.max(1, Math.min(INSTALL_MS, (this.#options.deadlineAt ?? Infinity) - performance.now()));
    this.isHandedOver = true;
    const answer = await installRelease(this.#target, upgrade.to, { timeoutMs });
    return await this.#settle(answer, environment, relup);
  }

  async #settle(answer: InstallAnswer, environment: Term, relup: PlacedRelup): Promise<Settled> {
    switch (answer.kind) {
      case "installed":
        if (emulatorRestart(this.#prepared.upgrade.script) !== undefined) return await this.#restarted(relup);
        return await this.#verified(this.#target, relup);
      case "continues_after_restart":
        return await this.#restarted(relup);
      case "refused": {
        const failure = installFailed(this.#prepared.upgrade.to, answer.reason);
        if (await isGoingDown(this.#target)) return await this.#restarted(relup, failure);
        return await this.#refused(failure, environment, relup);
      }
      case "lost": {
        const { outcome } = answer;
        if (outcome.kind === "not_sent") {
          return { outcome: "rolled_back", failure: lost(outcome.cause), steps: "not_executed" };
        }
        if (outcome.kind === "raised") {
          const failure = installFailed(this.#prepared.upgrade.to, outcome.reason);
          if (await isGoingDown(this.#target)) return await this.#restarted(relup, failure);
          return { outcome: "unknown", failure, steps: "unknown" };
        }
        if (outcome.cause === "timeout") return { outcome: "unknown", failure: TIMED_OUT, steps: "unknown" };
        return await this.#restarted(relup);
      }
    }
  }

  /** Nothing of the script was done but what stands before the point of no return. */
  async #refused(failure: Problem, environment: Term, relup: PlacedRelup): Promise<Settled> {
    const notUndone: Problem[] = [];
    try {
      await putDataBack(this.#target, this.#prepared, environment, { timeoutMs: ASK_MS });
    } catch (error) {
      notUndone.push(problemOf(error, "undo-failed", "could not put the application specifications back"));
    }
    notUndone.push(...(await this.#takeAway(this.#target, relup)));
    return { outcome: notUndone.length === 0 ? "rolled_back" : "failed", failure, notUndone, steps: "not_executed" };
  }

  /** The node restarts, or has ended: waits for it, and sees what it runs. */
  async #restarted(relup: PlacedRelup, because?: Problem): Promise<Settled> {
    const { reconnect } = this.#options;
    const { creation } = this.#target.identity;
    if (reconnect === undefined)
      return { outcome: "unknown", failure: because ?? lost("it went away"), steps: "unknown" };
    const restart = await awaitRestart(reconnect, creation);
    if (restart.problem !== undefined) {
      const failure = because ?? restart.problem;
      const notUndone = because === undefined ? [] : [restart.problem];
      return { outcome: "unknown", failure, restart, notUndone, steps: "unknown" };
    }
    await using node = await reconnect();
    const vsn = (await releaseThatRuns(node))?.vsn;
    const { from, to, name } = this.#prepared.upgrade;
    const known: Restart = { ...restart, release: vsn === undefined ? restart.release : { name, vsn } };
    if (vsn === to && because === undefined) return { ...(await this.#verified(node, relup)), restart: known };
    const failure = because ?? backInOld(to, vsn);
    const notUndone = await this.#takeAway(node, relup);
    // The permanent release may be another one than that which ran.
    const outcome = vsn === from ? "rolled_back" : "failed";
    return { outcome, failure, restart: known, notUndone, steps: "unknown" };
  }

  async #verified(node: Target, relup: PlacedRelup): Promise<Settled> {
    const { upgrade } = this.#prepared;
    const release = this.#account.releases.find(({ vsn }) => vsn === upgrade.to);
    const failure = await notRunning(node, upgrade, release, { timeoutMs: ASK_MS });
    const notUndone = await this.#takeAway(node, relup);
    if (failure !== undefined) return { outcome: "failed", failure, notUndone, steps: "unknown" };
    // What is kept of an upgrade before this one must not be put back any more.
    await forgetLastUpgrade(node);
    const status = (await releaseThatRuns(node))?.status === "permanent" ? "permanent" : "current";
    return { outcome: "upgraded", notUndone, status, steps: "done" };
  }

  /** Takes the relup away that was written for the upgrade. */
  async #takeAway(node: Target, relup: PlacedRelup): Promise<Problem[]> {
    try {
      await relup.restore(node);
      return [];
    } catch (error) {
      const { summary, detail } = failureOf(error);
      return [
        {
          code: "relup-left",
          severity: "warning",
          summary: `${relup.file ?? "the relup"} was written for the upgrade, and could not be put back`,
          detail: detail === undefined ? summary : `${summary}: ${detail}`,
          hint: "Delete it, or leave it: it says what this upgrade has done.",
        },
      ];
    }
  }
}

const lost = (cause: string): Problem => ({
  code: "node-lost",
  severity: "error",
  summary: "the node, or the connection to it, was lost during the upgrade",
  detail: cause,
  hint: "See whether the node runs, and which release: relupctl versions",
});

const TIMED_OUT: Problem = {
  code: "install-failed",
  severity: "error",
  summary: "the node's release handler did not end in time",
  detail: "It goes on with the upgrade: it can't be stopped.",
  hint: "See what it has come to with relupctl versions, which answers when it is done.",
};

const backInOld = (to: string, runs: string | undefined): Problem => ({
  code: "install-failed",
  severity: "error",
  summary: `the node has restarted, and runs ${runs ?? "another release"} and not ${to}`,
  detail: "The release handler could not go on with the upgrade after the restart, or the new emulator did not start.",
  hint: "See the node's log for why.",
});
