import { type Atom, Pid, Reference, type Term, atom, tuple } from "../../terms/term.js";
import type { EventSink } from "../events.js";
import { NORMAL, refKey } from "../support/term.js";
import type { Clock } from "./clock.js";
import { type InitialCall, Process } from "./process.js";
import { type Raised, badarg, exitReason } from "./raised.js";
import { Scheduler } from "./scheduler.js";
import { sendExit } from "./signals.js";

export interface SpawnOptions {
  readonly initialCall: InitialCall;
  /** Who spawns: it gives the group leader, and is the one linked or monitoring. */
  readonly parent?: Process | undefined;
  readonly link?: boolean;
  readonly monitor?: boolean;
  /** Makes an exception that ended the process into its exit reason, and reports it. Default: as the emulator does. */
  readonly onRaised?: ((self: Process, raised: Raised) => Term) | undefined;
}

export interface Spawned {
  readonly process: Process;
  /** With `monitor`. */
  readonly monitor: Reference | undefined;
}

export interface ProcessTableOptions {
  readonly name: string;
  readonly creation: number;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** Turns what was thrown into an exception with an Erlang stack trace. */
  readonly raisedOf: (thrown: unknown) => Raised;
  /** Runs what a process begins with, so that all that follows from it knows which process it is. */
  readonly enter: (process: Process, run: () => void) => void;
}

/** The processes of a node, their names, and the references it makes. */
export class ProcessTable {
  readonly name: Atom;
  readonly creation: number;
  readonly clock: Clock;
  readonly raisedOf: (thrown: unknown) => Raised;
  readonly names = new Map<string, Process>();
  /** Who gets what is sent to a reference that is an alias. */
  readonly aliases = new Map<string, Process>();
  /** Messages that are still to be sent; each takes itself back. */
  readonly delayed = new Set<() => void>();
  readonly #scheduler = new Scheduler();
  readonly #processes = new Map<number, Process>();
  readonly #emit: EventSink;
  readonly #enter: ProcessTableOptions["enter"];
  #lastPid = 0;
  #lastReference = 0;
  #lastUnique = 0;

  constructor(options: ProcessTableOptions) {
    this.name = atom(options.name);
    this.creation = options.creation;
    this.clock = options.clock;
    this.raisedOf = options.raisedOf;
    this.#emit = options.emit;
    this.#enter = options.enter;
  }

  /** All living processes, oldest first. */
  all(): Process[] {
    return [...this.#processes.values()];
  }

  find(pid: Pid): Process | undefined {
    return this.isLocal(pid) ? this.#processes.get(pid.id) : undefined;
  }

  isLocal(pid: Pid): boolean {
    return pid.node === this.name && pid.creation === this.creation;
  }

  makeRef(): Reference {
    const count = ++this.#lastReference;
    return new Reference(this.name, this.creation, [count % 0x40000, Math.floor(count / 0x40000), 0]);
  }

  uniqueInteger(): number {
    return ++this.#lastUnique;
  }

  /** Starts a process that runs `entry` and ends when that has returned. It runs soon, not at once. */
  spawn(entry: (self: Process) => unknown, options: SpawnOptions): Spawned {
    const { parent } = options;
    parent?.assertAlive();
    const process = new Process({
      pid: new Pid(this.name, ++this.#lastPid, 0, this.creation),
      initialCall: options.initialCall,
      parent: parent?.pid,
      groupLeader: parent?.groupLeader,
      scheduler: this.#scheduler,
      clock: this.clock,
    });
    this.#processes.set(process.pid.id, process);
    if (options.link === true && parent !== undefined) {
      process.links.set(parent.pid.id, parent);
      parent.links.set(process.pid.id, process);
    }
    let monitor: Reference | undefined;
    if (options.monitor === true && parent !== undefined) {
      monitor = this.makeRef();
      this.watch(parent, process, monitor, process.pid);
    }
    this.#scheduler.enqueue(() => {
      if (process.alive) this.#enter(process, () => void this.#run(process, entry, options));
    });
    return { process, monitor };
  }

  async #run(process: Process, entry: (self: Process) => unknown, options: SpawnOptions): Promise<void> {
    try {
      await entry(process);
    } catch (thrown) {
      this.fail(process, thrown, options.onRaised);
      return;
    }
    this.terminate(process, NORMAL);
  }

  /** Ends a process with what was thrown in it. */
  fail(process: Process, thrown: unknown, onRaised?: SpawnOptions["onRaised"]): void {
    if (!process.alive) return;
    const raised = this.raisedOf(thrown);
    const reason = onRaised?.(process, raised) ?? exitReason(raised);
    if (onRaised === undefined && raised.class !== "exit") {
      this.#emit({ kind: "process_error", pid: process.pid, reason });
    }
    this.terminate(process, reason);
  }

  /** Has `owner` told with a 'DOWN' message about `object` when `target` ends. */
  watch(owner: Process, target: Process, reference: Reference, object: Term): void {
    const key = refKey(reference);
    owner.monitors.set(key, { reference, target, object });
    target.watchers.set(key, { reference, owner, object });
  }

  /** Ends a process and tells everyone linked to it or watching it. Does nothing when it is dead already. */
  terminate(process: Process, reason: Term): void {
    if (!process.alive) return;
    process.die();
    this.#processes.delete(process.pid.id);
    if (process.registeredName !== undefined) this.names.delete(process.registeredName.name);
    for (const [key, { target }] of process.monitors) {
      target?.watchers.delete(key);
      this.aliases.delete(key);
    }
    process.monitors.clear();
    const links = [...process.links.values()];
    process.links.clear();
    for (const linked of links) {
      linked.links.delete(process.pid.id);
      sendExit(this, process.pid, linked, reason, "link");
    }
    const watchers = [...process.watchers];
    process.watchers.clear();
    for (const [key, { reference, owner, object }] of watchers) {
      if (!owner.monitors.delete(key)) continue;
      this.aliases.delete(key);
      owner.deliver(tuple(atom("DOWN"), reference, atom("process"), object, reason));
    }
    for (const told of process.exitCallbacks.splice(0)) told(reason);
  }

  /** @throws Raised badarg when the name is taken, or the process has one */
  register(name: Atom, process: Process): void {
    if (name.name === "undefined" || this.names.has(name.name) || process.registeredName !== undefined) badarg();
    this.names.set(name.name, process);
    process.registeredName = name;
  }

  /** @throws Raised badarg when nobody has the name */
  unregister(name: Atom): void {
    const process = this.names.get(name.name);
    if (process === undefined) return badarg();
    this.names.delete(name.name);
    process.registeredName = undefined;
  }
}
