import type { Logger } from "pino";
import type { OnProgress, ProgressEvent } from "../engine/events.js";
import { modulesOf } from "../upgrade/upgrade.js";
import { listenForInterrupt, type Interruption } from "./interrupt.js";
import type { Io } from "./io.js";
import { nameText, someOf, wrap } from "./views/paint.js";

/** An upgrade that the user can interrupt: the first time it is taken back, the second time relupctl ends at once. */
export interface InterruptibleUpgrade extends Interruption {
  /** Takes notice of what is done, so that it can be told what is left; gives every event on. */
  readonly following: (onProgress: OnProgress) => OnProgress;
}

const FIRST = `
Interrupted: what is under way is finished or taken back first.
A second interrupt ends relupctl at once, and leaves the node to take back what was done.
`;

export function interruptible({ node }: { readonly node?: string }, io: Io, log: Logger): InterruptibleUpgrade {
  const done = new Done();
  const interruption = listenForInterrupt(
    () => {
      log.warn("interrupted");
      io.err(FIRST);
    },
    () => {
      io.err(`\n${wrap(`${done.text()} ${afterwards(node)}`, io.paintErr.width, 0)}\n`);
    },
  );
  return {
    signal: interruption.signal,
    following: (onProgress) => (event) => {
      done.note(event);
      onProgress(event);
    },
    [Symbol.dispose]: () => {
      interruption[Symbol.dispose]();
    },
  };
}

const afterwards = (node: string | undefined): string =>
  node === undefined
    ? "The embedded node ends with relupctl, so nothing of it is left."
    : `The node takes this back by itself within seconds. See what came of it with: relupctl recover --node ${node}`;

/** How far an upgrade has come. */
class Done {
  #steps = 0;
  #done = 0;
  #isTakingBack = false;
  readonly #suspended = new Set<string>();

  note(event: ProgressEvent): void {
    if (event.kind === "upgrade_started") this.#steps = event.steps;
    if (event.kind === "rollback_started") this.#isTakingBack = true;
    if (event.kind === "step_done") this.#done++;
    // What has begun may have been done.
    if (event.kind !== "step_started" && event.kind !== "step_done") return;
    const { instruction } = event.step;
    for (const module of modulesOf(instruction)) {
      if (instruction.instruction === "suspend") this.#suspended.add(module);
      if (instruction.instruction === "resume" && event.kind === "step_done") this.#suspended.delete(module);
    }
  }

  text(): string {
    const rest = this.#isTakingBack ? ", and were being taken back" : "";
    const suspended =
      this.#suspended.size === 0
        ? ""
        : ` The processes of ${someOf([...this.#suspended].map(nameText), 5)} may be suspended.`;
    return `Ended at once: ${this.#done} of ${this.#steps} steps were done${rest}.${suspended}`;
  }
}
