import { BLOCK, decodeUntilZero, isZero, readHeader, type Header, type HeaderType } from "./header.js";
import { readPax, type PaxFields } from "./pax.js";
import { tarError } from "./problem.js";

/** One entry of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly type: Exclude<HeaderType, "pax" | "global pax" | "long name" | "long link">;
  /** Bytes of its content. */
  readonly size: number;
  readonly mode: number;
  /** Where a link leads. */
  readonly linkName: string;
}

/** `entry` begins an entry, `data` is a part of its content, `end` ends it. */
export type TarEvent =
  | { readonly kind: "entry"; readonly entry: TarEntry }
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "end" };

/** Names and extended headers longer than this are no release's. */
const MAX_EXTENSION = 1024 * 1024;

/**
 * Reads a tar archive that comes in pieces of any size, and holds no more of it than one piece and one header. Forms: v7,
 * ustar, pax and GNU with long names, which is what tar and erl_tar write.
 */
export class TarReader {
  /** What has come of a header, or of an extension, that isn't whole yet. */
  #pending: Uint8Array = new Uint8Array();
  /** Bytes of the content that are still to come, and of the padding after it. */
  #content = 0;
  #padding = 0;
  /** The header of an extension whose content is being collected. */
  #extension: Header | undefined;
  #next: PaxFields = {};
  #isDone = false;

  /** What the next piece holds. @throws ProblemError `tar-damaged`, `tar-entry-refused` */
  push(piece: Uint8Array): TarEvent[] {
    const events: TarEvent[] = [];
    for (let rest = piece; rest.length > 0 && !this.#isDone;) {
      if (this.#content > 0) rest = this.#takeContent(rest, events);
      else if (this.#padding > 0) rest = this.#skipPadding(rest);
      else rest = this.#collect(rest, events);
    }
    return events;
  }

  /** Says that nothing more comes. @throws ProblemError `tar-cut` where the archive hasn't ended */
  end(): void {
    if (!this.#isDone) throw tarError("tar-cut", "the archive ends in the middle");
  }

  #takeContent(rest: Uint8Array, events: TarEvent[]): Uint8Array {
    const bytes = rest.subarray(0, this.#content);
    this.#content -= bytes.length;
    events.push({ kind: "data", bytes });
    if (this.#content === 0) events.push({ kind: "end" });
    return rest.subarray(bytes.length);
  }

  #skipPadding(rest: Uint8Array): Uint8Array {
    const skipped = Math.min(rest.length, this.#padding);
    this.#padding -= skipped;
    return rest.subarray(skipped);
  }

  /** Collects a header, or the content of an extension, until it is whole. */
  #collect(rest: Uint8Array, events: TarEvent[]): Uint8Array {
    const wanted = this.#extension === undefined ? BLOCK : this.#extension.size;
    const taken = rest.subarray(0, wanted - this.#pending.length);
    this.#pending = concat(this.#pending, taken);
    if (this.#pending.length === wanted) {
      const whole = this.#pending;
      this.#pending = new Uint8Array();
      if (this.#extension === undefined) this.#takeHeader(whole, events);
      else this.#takeExtension(this.#extension, whole);
    }
    return rest.subarray(taken.length);
  }

  #takeHeader(block: Uint8Array, events: TarEvent[]): void {
    if (isZero(block)) {
      this.#isDone = true;
      return;
    }
    const header = readHeader(block);
    // erl_tar would take it for an entry.
    if (header.type === "global pax") {
      throw tarError("tar-entry-refused", "the archive has a header that is meant for all entries");
    }
    if (isExtension(header.type)) {
      if (header.size === 0 || header.size > MAX_EXTENSION) {
        throw tarError("tar-damaged", `the archive has an extended header of ${header.size} bytes`);
      }
      this.#extension = header;
      return;
    }
    const fields = this.#next;
    this.#next = {};
    const type = header.type as TarEntry["type"];
    const size = type === "file" ? (fields.size ?? header.size) : type === "unknown" ? header.size : 0;
    const { path: name = header.name, linkPath: linkName = header.linkName } = fields;
    events.push({ kind: "entry", entry: { name, type, size, mode: header.mode, linkName } });
    if (size === 0) events.push({ kind: "end" });
    this.#content = size;
    this.#padding = paddingAfter(size);
  }

  #takeExtension(header: Header, content: Uint8Array): void {
    this.#extension = undefined;
    this.#padding = paddingAfter(header.size);
    if (header.type === "pax") this.#next = { ...this.#next, ...readPax(content) };
    else if (header.type === "long name") this.#next = { ...this.#next, path: decodeUntilZero(content) };
    else this.#next = { ...this.#next, linkPath: decodeUntilZero(content) };
  }
}

const isExtension = (type: HeaderType): boolean => type === "pax" || type === "long name" || type === "long link";

const paddingAfter = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0 && right.length > 0) return right.slice();
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
