import type { Term } from "../../terms/term.js";

/** Takes a message or not: what it makes of one that it takes, undefined for one that it leaves. */
export type Match<Value> = (message: Term) => Value | undefined;

/** The messages of a process, oldest first. */
export class Mailbox {
  #messages: Term[] = [];
  #first = 0;

  get length(): number {
    return this.#messages.length - this.#first;
  }

  push(message: Term): void {
    this.#messages.push(message);
  }

  /** Removes the oldest message that `match` takes and gives what it made of it; undefined when there is none. */
  take<Value>(match: Match<Value>): Value | undefined {
    for (let index = this.#first; index < this.#messages.length; index++) {
      const taken = match(this.#messages[index]!);
      if (taken === undefined) continue;
      if (index === this.#first) this.#dropFirst();
      else this.#messages.splice(index, 1);
      return taken;
    }
    return undefined;
  }

  #dropFirst(): void {
    this.#messages[this.#first] = 0;
    this.#first++;
    // Copied only when half is used up, so that taking stays cheap however long the queue is.
    if (this.#first > 64 && this.#first * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#first);
      this.#first = 0;
    }
  }

  toArray(): Term[] {
    return this.#messages.slice(this.#first);
  }

  clear(): void {
    this.#messages = [];
    this.#first = 0;
  }
}
