import type { Atom, ExternalFun, Pid, Reference, Term } from "../../terms/term.js";
import type { ModuleVersion } from "../code/module-version.js";
import type { Clock } from "./clock.js";
import { Mailbox, type Match } from "./mailbox.js";
import { ProcessGone } from "./raised.js";
import type { Scheduler } from "./scheduler.js";

/** A monitor that a process holds. */
export interface Monitor {
  readonly reference: Reference;
  readonly target: Process | undefined;
  /** What the 'DOWN' message names: a pid, or `{Name, Node}`. */
  readonly object: Term;
}

/** A monitor that others hold on a process. */
export interface Watcher {
  readonly reference: Reference;
  readonly owner: Process;
  readonly object: Term;
}

interface Waiter {
  /** Looks at a message that just came; true when it ends the wait. */
  offer(message: Term): boolean;
  readonly cancelTimer: (() => void) | undefined;
}

/** After so many messages taken without a wait, a process lets others run. */
const MESSAGES_PER_SLICE = 100;

export interface InitialCall {
  readonly module: Atom;
  readonly function: Atom;
  readonly arity: number;
}

/** One process: its identity, mailbox, relations, and the code it runs. */
export class Process {
  readonly pid: Pid;
  readonly initialCall: InitialCall;
  readonly parent: Pid | undefined;
  readonly links = new Map<number, Process>();
  readonly monitors = new Map<string, Monitor>();
  readonly watchers = new Map<string, Watcher>();
  readonly mailbox = new Mailbox();
  /** The process dictionary, in the order its keys were first put. */
  readonly dictionary = new Map<string, readonly [Term, Term]>();
  /** The versions of modules whose functions are on its stack, the innermost last. */
  readonly frames: ModuleVersion[] = [];
  /** Timers that end with the process. */
  readonly timers = new Set<() => void>();
  readonly exitCallbacks: ((reason: Term) => void)[] = [];
  groupLeader: Pid;
  registeredName: Atom | undefined;
  trapExit = false;
  /** The function it waits in, best effort. */
  currentFunction: ExternalFun | undefined;
  reductions = 0;
  #alive = true;
  /** More than one only where a process waits in several places at once, as with Promise.all. */
  readonly #waiters = new Set<Waiter>();
  #takenInARow = 0;
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;

  constructor(options: {
    pid: Pid;
    initialCall: InitialCall;
    parent: Pid | undefined;
    groupLeader: Pid | undefined;
    scheduler: Scheduler;
    clock: Clock;
  }) {
    this.pid = options.pid;
    this.initialCall = options.initialCall;
    this.parent = options.parent;
    this.groupLeader = options.groupLeader ?? options.pid;
    this.#scheduler = options.scheduler;
    this.#clock = options.clock;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get waiting(): boolean {
    return this.#waiters.size > 0;
  }

  /** @throws ProcessGone when the process is dead: nothing that its code still does may have an effect. */
  assertAlive(): void {
    if (!this.#alive) throw new ProcessGone();
  }

  /**
   * Waits for the first message that `match` takes; the others stay in the mailbox.
   * @param timeoutMs how long; 0 looks only at what is there
   * @returns what `match` made of the message, undefined after the timeout. Never, when the process dies.
   */
  async receive<Value>(match: Match<Value>, timeoutMs: number | "infinity" = "infinity"): Promise<Value | undefined> {
    this.assertAlive();
    const ready = this.mailbox.take(match);
    if (ready !== undefined) {
      this.reductions++;
      if (++this.#takenInARow >= MESSAGES_PER_SLICE) await this.yield();
      return ready;
    }
    this.#takenInARow = 0;
    if (timeoutMs === 0) {
      await this.yield();
      return this.mailbox.take(match);
    }
    return await new Promise<Value | undefined>((resolve) => {
      const finish = (value: Value | undefined): void => {
        this.#waiters.delete(waiter);
        waiter.cancelTimer?.();
        this.reductions++;
        this.#scheduler.enqueue(() => {
          if (this.#alive) resolve(value);
        });
      };
      const waiter: Waiter = {
        offer: (message) => {
          const value = match(message);
          if (value === undefined) return false;
          finish(value);
          return true;
        },
        cancelTimer:
          timeoutMs === "infinity"
            ? undefined
            : this.#clock.setTimer(timeoutMs, () => {
                finish(undefined);
              }),
      };
      this.#waiters.add(waiter);
    });
  }

  /** Puts a message into the mailbox, and wakes the process when it waits for this one. */
  deliver(message: Term): void {
    if (!this.#alive) return;
    for (const waiter of this.#waiters) if (waiter.offer(message)) return;
    this.mailbox.push(message);
  }

  /** Goes to the end of the run queue. Never comes back when the process dies. */
  async yield(): Promise<void> {
    this.#takenInARow = 0;
    await new Promise<void>((resolve) => {
      this.#scheduler.enqueue(() => {
        if (this.#alive) resolve();
      });
    });
  }

  /** Ends the process for good: what it waited for never comes, and what it still does is refused. */
  die(): void {
    this.#alive = false;
    for (const waiter of this.#waiters) waiter.cancelTimer?.();
    this.#waiters.clear();
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    this.mailbox.clear();
    this.frames.length = 0;
  }
}
