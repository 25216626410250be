import { tarError } from "./problem.js";

/** Every part of an archive begins at a multiple of this, and headers are this long. */
export const BLOCK = 512;

/** What the one-letter type of a header stands for. */
export type HeaderType =
  | "file"
  | "directory"
  | "hard link"
  | "symbolic link"
  | "device"
  | "fifo"
  | "pax"
  | "global pax"
  | "long name"
  | "long link"
  | "unknown";

export interface Header {
  readonly name: string;
  readonly type: HeaderType;
  readonly size: number;
  readonly mode: number;
  readonly linkName: string;
}

const TYPES: Readonly<Record<string, HeaderType>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "hard link",
  "2": "symbolic link",
  "3": "device",
  "4": "device",
  "5": "directory",
  "6": "fifo",
  x: "pax",
  g: "global pax",
  L: "long name",
  K: "long link",
};

/** Fields by offset and length (POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 6],
  prefix: [345, 155],
} as const;

/** True for a block of zeroes, two of which end an archive. */
export const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

/**
 * Reads the header in a block of 512 bytes, of the forms v7, ustar, pax and GNU.
 * @throws ProblemError `tar-damaged` where its checksum or a number in it is wrong
 */
export function readHeader(block: Uint8Array): Header {
  checkSum(block);
  const letter = String.fromCharCode(block[FIELD.type[0]]!);
  const magic = text(block, FIELD.magic);
  // GNU has other things where ustar has the prefix.
  const prefix = magic === "ustar" ? text(block, FIELD.prefix) : "";
  const ownName = text(block, FIELD.name);
  const name = prefix === "" ? ownName : `${prefix}/${ownName}`;
  const type = TYPES[letter] ?? "unknown";
  return {
    name,
    // A v7 archive has no letter for a directory.
    type: type === "file" && name.endsWith("/") ? "directory" : type,
    size: type === "directory" ? 0 : number(block, FIELD.size),
    mode: number(block, FIELD.mode),
    linkName: text(block, FIELD.linkName),
  };
}

type Field = readonly [offset: number, length: number];

const bytesOf = (block: Uint8Array, [offset, length]: Field): Uint8Array => block.subarray(offset, offset + length);

const text = (block: Uint8Array, field: Field): string => decodeUntilZero(bytesOf(block, field));

/** The bytes up to the first zero, as UTF-8. @throws ProblemError `tar-damaged` */
export function decodeUntilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(end === -1 ? bytes : bytes.subarray(0, end));
}

/** A name in UTF-8. @throws ProblemError `tar-damaged` for other bytes, whose name on a node couldn't be told */
export function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw tarError("tar-damaged", "the archive has a name that is not UTF-8", hexOf(bytes));
  }
}

const hexOf = (bytes: Uint8Array): string =>
  `Its bytes are ${[...bytes.subarray(0, 40)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}.`;

/** Octal digits, or GNU's base-256 number where the highest bit is set. */
function number(block: Uint8Array, field: Field): number {
  const bytes = bytesOf(block, field);
  const value = (bytes[0]! & 0x80) === 0 ? octal(bytes) : base256(bytes);
  if (value === undefined || !Number.isSafeInteger(value)) {
    throw tarError("tar-damaged", `a header of the archive has a number that can't be read (at its byte ${field[0]})`);
  }
  return value;
}

function octal(bytes: Uint8Array): number | undefined {
  const digits = String.fromCharCode(...bytes).replace(/^[ \0]+|[ \0]+$/g, "");
  if (digits === "") return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function base256(bytes: Uint8Array): number | undefined {
  // 0xff first is a negative number: no size and no mode is one.
  if (bytes[0] === 0xff) return undefined;
  let value = bytes[0]! & 0x7f;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

/** The sum of all bytes, those of the checksum taken for spaces; some writers of old summed signed bytes. */
function checkSum(block: Uint8Array): void {
  const [start, length] = FIELD.checksum;
  let unsigned = 0;
  let signed = 0;
  for (const [index, own] of block.entries()) {
    const byte = index >= start && index < start + length ? 0x20 : own;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const said = octal(bytesOf(block, FIELD.checksum));
  if (said !== unsigned && said !== signed) {
    throw tarError("tar-damaged", "a header of the archive has a wrong checksum", "It is damaged, or no tar archive.");
  }
}
