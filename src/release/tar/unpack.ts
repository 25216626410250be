import { gunzipSync } from "node:zlib";
import { entryPath } from "./entry-path.js";
import { tarError } from "./problem.js";
import { TarReader } from "./reader.js";

/** A package is read whole here; far above any release of the embedded node. */
const MAX_BYTES = 512 * 1024 ** 2;

/**
 * The files of a package (`.tar.gz`), by their paths from the release root on.
 * @throws ProblemError `tar-cut`, `tar-damaged`, `tar-entry-refused`
 */
export function unpackArchive(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const reader = new TarReader();
  const files = new Map<string, Uint8Array>();
  let path: string | undefined;
  let pieces: Uint8Array[] = [];
  for (const event of reader.push(gunzip(bytes))) {
    switch (event.kind) {
      case "entry": {
        const place = entryPath(event.entry);
        path = event.entry.type === "file" ? place : undefined;
        pieces = [];
        break;
      }
      case "data":
        pieces.push(event.bytes);
        break;
      case "end":
        if (path !== undefined) files.set(path, Buffer.concat(pieces));
    }
  }
  reader.end();
  return files;
}

function gunzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw tarError("tar-damaged", "the package can't be decompressed", (error as Error).message);
  }
}
