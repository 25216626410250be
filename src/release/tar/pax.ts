import { decodeName } from "./header.js";
import { tarError } from "./problem.js";

/** What an extended header says of the entry after it, as far as it matters here. */
export interface PaxFields {
  readonly path?: string;
  readonly linkPath?: string;
  readonly size?: number;
}

const NEWLINE = 0x0a;

/**
 * Reads the records of a pax extended header: `LENGTH KEY=VALUE\n`, the length counting the whole record in bytes (POSIX
 * pax, "pax Extended Header"). Other keys are times, owners and comments. erl_tar goes by the ends of lines and takes no
 * notice of the lengths, and writes one that is too small by one where the length gets another digit; so a record must be
 * one line, that both ways of reading find the same.
 * @throws ProblemError `tar-damaged` for anything else, and `tar-entry-refused` for a sparse file
 */
export function readPax(bytes: Uint8Array): PaxFields {
  let fields: PaxFields = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? "" : String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 12)));
    const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline + 1;
    const equals = bytes.indexOf(0x3d, space);
    const isWhole = newline !== -1 && (length === end - at || length === end - at - 1);
    if (length === 0 || !isWhole || equals === -1 || equals >= newline) {
      throw tarError("tar-damaged", "an extended header of the archive can't be read");
    }
    fields = withRecord(fields, decodeName(bytes.subarray(space + 1, equals)), bytes.subarray(equals + 1, newline));
    at = end;
  }
  return fields;
}

function withRecord(fields: PaxFields, key: string, value: Uint8Array): PaxFields {
  switch (key) {
    case "path":
      return { ...fields, path: decodeName(value) };
    case "linkpath":
      return { ...fields, linkPath: decodeName(value) };
    case "size":
      return { ...fields, size: sizeOf(decodeName(value)) };
    default:
      if (!key.startsWith("GNU.sparse.")) return fields;
      throw tarError("tar-entry-refused", "the archive has a sparse file", "erl_tar can't unpack it.");
  }
}

function sizeOf(text: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size))
    throw tarError("tar-damaged", `an extended header of the archive has the size ${text}`);
  return size;
}
