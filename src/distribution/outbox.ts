import type { Packet } from "./fragments.js";

/** What keeps a message from arriving. At most one of them is called, once. */
export interface SendObserver {
  /** It can't arrive: the connection ended before its last packet. */
  dropped?(): void;
  /** It can't be encoded. Nothing of it was sent. */
  failed?(error: Error): void;
}

interface Entry {
  readonly encode: () => readonly Packet[];
  readonly observer: SendObserver;
  state: "waiting" | "begun" | "over";
  packets: readonly Packet[];
  next: number;
}

/**
 * Messages on their way to the socket, in order. A message is encoded when its turn comes, so that a slow connection
 * holds terms that exist anyway rather than copies of them.
 */
export class Outbox {
  #entries: Entry[] = [];
  #head = 0;

  /** Adds a message at the end. The function given back takes it out again; false when it is too late for that. */
  add(encode: () => readonly Packet[], observer: SendObserver): () => boolean {
    const entry: Entry = { encode, observer, state: "waiting", packets: [], next: 0 };
    this.#entries.push(entry);
    return () => {
      if (entry.state !== "waiting") return false;
      entry.state = "over";
      return true;
    };
  }

  /** The bytes to be written next: whole packets, until there are about `bytes` of them. Empty when there are none. */
  take(bytes: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < bytes && this.#head < this.#entries.length) {
      const entry = this.#entries[this.#head]!;
      if (!this.#begin(entry)) {
        this.#advance();
        continue;
      }
      for (const part of entry.packets[entry.next++]!) {
        parts.push(part);
        length += part.length;
      }
      if (entry.next === entry.packets.length) {
        entry.state = "over";
        entry.packets = [];
        this.#advance();
      }
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
  }

  /** The connection is over: forgets all that is not written, and says so. */
  drop(): void {
    const left = this.#entries.slice(this.#head);
    this.#entries = [];
    this.#head = 0;
    for (const entry of left) {
      if (entry.state === "over") continue;
      entry.state = "over";
      entry.packets = [];
      entry.observer.dropped?.();
    }
  }

  /** False for what is not to be sent. */
  #begin(entry: Entry): boolean {
    if (entry.state !== "waiting") return entry.state === "begun";
    try {
      entry.packets = entry.encode();
    } catch (error) {
      entry.state = "over";
      entry.observer.failed?.(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    entry.state = "begun";
    return true;
  }

  #advance(): void {
    this.#head++;
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
