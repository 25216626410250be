import { atom, Atom, List, Reference, tuple, Tuple, type Pid, type Term } from "../terms/term.js";
import type { Mfa, Outcome } from "../target/target.js";
import type { ControlMessage, OutgoingMessage } from "./control.js";
import { timerMs } from "./deadline.js";
import type { SendObserver } from "./outbox.js";
import type { OwnProcess } from "./own-process.js";

/**
 * Calls, as erpc:call/5 makes them: the node is asked to spawn `erpc:execute_call(Ref, M, F, A)` and to monitor it; the
 * process exits with what became of the call, and that is the reason in our monitor's message.
 */

type Send = (message: OutgoingMessage, observer: SendObserver) => () => boolean;

interface Call {
  readonly ref: Reference;
  readonly resolve: (outcome: Outcome) => void;
  timer: NodeJS.Timeout | undefined;
  /** True when it was not sent yet, and now won't be. */
  takeBack: () => boolean;
  /** The process that executes it, once that is known. */
  process: Pid | undefined;
  /** Its time is over; it is kept until its process is known, or gone. */
  abandoned: boolean;
}

const ERPC = atom("erpc");
const EXECUTE_CALL = atom("execute_call");
const OPTIONS = [atom("monitor")];
const SIGNAL = atom("signal");

export class Calls {
  readonly #own: OwnProcess;
  readonly #send: Send;
  readonly #calls = new Map<number, Call>();
  #groupLeader: Pid;

  constructor(own: OwnProcess, send: Send) {
    this.#own = own;
    this.#send = send;
    this.#groupLeader = own.pid;
  }

  /** Where the processes that execute calls write to. Before it is set that is our own process. */
  set groupLeader(pid: Pid) {
    this.#groupLeader = pid;
  }

  /** How many calls are still known, abandoned ones included. */
  get size(): number {
    return this.#calls.size;
  }

  /** Makes a call. `timeoutMs` counts from now; waiting to be sent is part of it. Never rejects. */
  call(mfa: Mfa, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const { id, ref } = this.#own.newReference();
      const call: Call = {
        ...{ ref, resolve, timer: undefined, process: undefined, abandoned: false },
        takeBack: () => false,
      };
      this.#calls.set(id, call);
      call.timer = setTimeout(() => {
        // An answer that lies in the socket already is read first.
        call.timer = undefined;
        setImmediate(() => {
          this.#timeOut(id, call);
        });
      }, timerMs(timeoutMs));
      call.takeBack = this.#send(this.#request(ref, mfa), {
        dropped: () => {
          this.#settle(id, call, { kind: "not_sent", cause: "the connection ended before the call was written" });
        },
        failed: (error) => {
          this.#settle(id, call, { kind: "not_sent", cause: `the call can't be encoded: ${error.message}` });
        },
      });
    });
  }

  /** Takes a message from the node. False when it is not for a call. */
  receive(message: ControlMessage): boolean {
    if (message.kind !== "spawn_reply" && message.kind !== "monitor_exit") return false;
    const id = this.#own.idOf(message.ref);
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id === undefined || call === undefined) return false;
    if (message.kind === "monitor_exit") {
      this.#settle(id, call, outcomeOf(message.ref, message.reason, this.#own));
    } else if (message.result instanceof Atom) {
      const cause = `the node refused to start the call: ${message.result.name}`;
      this.#settle(id, call, { kind: "not_sent", cause });
    } else {
      call.process = message.result;
      if (call.abandoned) this.#forget(id, call, message.result);
    }
    return true;
  }

  /** The connection is over. What was not written is known to be dropped by then. */
  connectionLost(): void {
    for (const [id, call] of this.#calls) this.#settle(id, call, { kind: "unknown", cause: "connection_lost" });
  }

  #request(ref: Reference, { module, function: name, args }: Mfa): OutgoingMessage {
    return {
      kind: "spawn_request",
      ...{ ref, from: this.#own.pid, groupLeader: this.#groupLeader, options: OPTIONS },
      ...{ module: ERPC, function: EXECUTE_CALL, args: executeCallArguments(ref, module, name, args) },
    };
  }

  #settle(id: number, call: Call, outcome: Outcome): void {
    clearTimeout(call.timer);
    this.#calls.delete(id);
    if (!call.abandoned) call.resolve(outcome);
  }

  #timeOut(id: number, call: Call): void {
    if (this.#calls.get(id) !== call) return;
    if (call.takeBack()) {
      this.#settle(id, call, { kind: "not_sent", cause: "the time was over before the call was written" });
      return;
    }
    call.abandoned = true;
    call.resolve({ kind: "unknown", cause: "timeout" });
    if (call.process !== undefined) this.#forget(id, call, call.process);
  }

  /** Tells the node that nobody waits for the process any more. What it still answers finds no call here. */
  #forget(id: number, call: Call, process: Pid): void {
    this.#calls.delete(id);
    this.#send({ kind: "demonitor", from: this.#own.pid, to: process, ref: call.ref }, {});
  }
}

function executeCallArguments(ref: Reference, module: string, name: string, args: readonly Term[]): readonly Term[] {
  return [ref, atom(module), atom(name), new List(args)];
}

/**
 * What an exit reason of erpc:execute_call/4 says (erpc:result/4): the reason as the function raised it, without the
 * `{exception, _}` around it and without the stack. A process that did not come to its end was killed: an exit with the
 * reason `{signal, Reason}`, as there.
 */
function outcomeOf(ref: Reference, reason: Term, own: OwnProcess): Outcome {
  if (reason instanceof Tuple && reason.arity >= 3) {
    const [tag, how, value] = reason.elements;
    const ours = tag instanceof Reference && own.idOf(tag) === own.idOf(ref);
    const name = how instanceof Atom ? how.name : "";
    if (ours && reason.arity === 3) {
      if (name === "return") return { kind: "returned", value: value! };
      // An error without stack is one of erpc's own: {erpc, system_limit}.
      if (name === "throw" || name === "exit" || name === "error")
        return { kind: "raised", class: name, reason: value! };
    }
    if (ours && reason.arity === 4 && name === "error") return { kind: "raised", class: "error", reason: value! };
  }
  return { kind: "raised", class: "exit", reason: tuple(SIGNAL, reason) };
}
