import { Buffer, isUtf8 } from "node:buffer";
import { SourceText } from "./source-text.js";

type Encoding = "latin1" | "utf8";

/** How far epp looks for the encoding: so many chunks of so many bytes, in the comments of the first two lines. */
const CHUNKS = 16;
const CHUNK_BYTES = 32;

/**
 * The text of a source file, as file:consult/1 reads it: in UTF-8, unless a comment in its first two lines says
 * `coding: latin-1`. A byte order mark is dropped (OTP refuses it); line ends stay as they are.
 * @param bytes the whole file
 * @param file its name, for messages
 * @throws ProblemError `syntax-error` at the first byte that is not UTF-8, or when the file is too long for one string
 */
export function decodeSource(bytes: Uint8Array, file: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (readEncoding(buffer) === "latin1") return toText(buffer, "latin1", file);
  const content = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? buffer.subarray(3) : buffer;
  if (!isUtf8(content)) throw invalidUtf8(content, file);
  return toText(content, "utf8", file);
}

/** epp:read_encoding/1: what the first `coding:` or `coding=` in a comment of the first two lines says. */
export function readEncoding(bytes: Uint8Array): Encoding | undefined {
  const prologue = Buffer.from(bytes.subarray(0, CHUNKS * CHUNK_BYTES)).toString("latin1");
  const lines = prologue.split("\n", 3);
  for (const [index, line] of lines.slice(0, 2).entries()) {
    const comment = line.indexOf("%");
    const match = comment === -1 ? null : /coding *[:=] *([A-Za-z0-9-]*)(.?)/s.exec(line.slice(comment));
    if (match === null) continue;
    // To see where a name ends, epp reads one chunk more; behind the last one it gives up.
    const reachesEnd = match[2] === "" && index === lines.length - 1;
    if (reachesEnd && prologue.length > (CHUNKS - 1) * CHUNK_BYTES) return undefined;
    const [name, number] = match[1]!.toLowerCase().split("-");
    if (name === "latin" && number === "1") return "latin1";
    if (name === "utf" && number === "8") return "utf8";
    return undefined;
  }
  return undefined;
}

function toText(buffer: Buffer, encoding: Encoding, file: string): string {
  try {
    return buffer.toString(encoding);
  } catch {
    throw new SourceText("", file).syntaxError(`the file is too long: ${buffer.length} bytes`, 0, 0);
  }
}

function invalidUtf8(bytes: Buffer, file: string) {
  const valid = validPrefix(bytes);
  const text = toText(bytes.subarray(0, valid), "utf8", file);
  const byte = bytes[valid]!.toString(16).padStart(2, "0");
  return new SourceText(text, file).syntaxError(`invalid UTF-8: byte 0x${byte}`, text.length, text.length, {
    hint: "save the file in UTF-8, or write `%% coding: latin-1` on its first line if it is in Latin-1",
  });
}

/** How many bytes at the start are whole UTF-8 characters. */
function validPrefix(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  // A prefix that ends inside a character is invalid too, so step back from the border that bisection finds.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes, middle)))) low = middle;
    else high = middle - 1;
  }
  return wholeCharacters(bytes, low);
}

/** The border at `end`, or before the character that `end` cuts. */
function wholeCharacters(bytes: Buffer, end: number): number {
  let start = end;
  while (start > 0 && end - start < 3 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start === end || bytes[start]! < 0xc0 ? end : start;
}
