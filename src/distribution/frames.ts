/**
 * Packets with a length before them: 2 bytes of length during a handshake on TCP, 4 bytes after it and over TLS
 * (`{packet, N}` of gen_tcp and ssl). A packet is accumulated as it arrives; nothing is allocated on the word of its length.
 */

export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FrameError";
  }
}

/** Takes bytes as they come, gives the packets in them. */
export class FrameDecoder {
  readonly #headerBytes: 2 | 4;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** Longer packets than `maxBytes` are refused. */
  constructor(headerBytes: 2 | 4, maxBytes: number) {
    this.#headerBytes = headerBytes;
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /**
   * The next packet, without its length; undefined when more bytes are needed. An empty packet is a tick. It may be a
   * view of the bytes that were pushed. Throws FrameError for a packet that is too long.
   */
  next(): Uint8Array | undefined {
    const header = this.#headerBytes;
    if (this.#length < header) return undefined;
    const size = this.#size();
    if (size > this.#maxBytes) {
      throw new FrameError(`a packet of ${size} bytes, where at most ${this.#maxBytes} are allowed`);
    }
    if (this.#length < header + size) return undefined;
    return this.#take(header + size).subarray(header);
  }

  /** What has not been given as a packet yet. The decoder is empty then. */
  rest(): Uint8Array {
    return this.#take(this.#length);
  }

  /** What has not been given as a packet yet, at most the first `length` bytes of it. It stays. */
  peek(length: number): Uint8Array {
    return this.#length === 0 ? new Uint8Array() : this.#together(Math.min(length, this.#length)).subarray(0, length);
  }

  #size(): number {
    const bytes = this.#together(this.#headerBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, this.#headerBytes);
    return this.#headerBytes === 2 ? view.getUint16(0) : view.getUint32(0);
  }

  /** The first chunk, made to hold at least `length` bytes. */
  #together(length: number): Uint8Array {
    if (this.#chunks[0]!.length < length) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  #take(length: number): Uint8Array {
    this.#length -= length;
    const first = this.#chunks[0];
    if (first === undefined) return new Uint8Array();
    if (first.length > length) {
      this.#chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    // Several chunks: put together once, when the packet is complete.
    const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    return all.subarray(0, length);
  }
}

/** One packet: its length and its body. */
export function frame(body: Uint8Array, headerBytes: 2 | 4): Uint8Array {
  const packet = new Uint8Array(headerBytes + body.length);
  const view = new DataView(packet.buffer);
  if (headerBytes === 2) view.setUint16(0, body.length);
  else view.setUint32(0, body.length);
  packet.set(body, headerBytes);
  return packet;
}

/** A tick: the empty packet. */
export const TICK: Uint8Array = new Uint8Array(4);
