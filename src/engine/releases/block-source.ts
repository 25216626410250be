import { open } from "node:fs/promises";
import { fileInfos } from "../../otp/file.js";
import { readBlock } from "../../otp/file-blocks.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { refused } from "./problems.js";

/** A file that is read in blocks, in any order. */
export interface BlockSource extends AsyncDisposable {
  readonly size: number;
  /** Up to `size` bytes at the offset; fewer at the end of the file only. */
  read(offset: number, size: number): Promise<Uint8Array>;
}

/** Small enough for a link that is slow, large enough that the calls don't count. */
export const BLOCK_BYTES = 256 * 1024;

/**
 * A file of this machine; undefined where there is none of the name.
 * @throws ProblemError `file-not-readable`
 */
export async function localSource(path: string): Promise<BlockSource | undefined> {
  const handle = await open(path, "r").catch((error: unknown) => {
    const { code = "unknown", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw refused("file-not-readable", `${path} can't be read (${code})`, message);
  });
  if (handle === undefined) return undefined;
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw refused("file-not-readable", `${path} is no plain file`, undefined, "Name the package, a .tar.gz.");
  }
  const { size } = found;
  return {
    size,
    read: async (offset, wanted) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(wanted, size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** A file of the node; undefined where there is no plain file of the name. */
export async function nodeSource(
  target: Target,
  path: string,
  options: CallOptions = {},
): Promise<BlockSource | undefined> {
  const [info] = await fileInfos(target, [path], options);
  if (info?.type !== "regular") return undefined;
  return {
    size: info.size,
    read: (offset, size) => readBlock(target, path, offset, size, options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The blocks of a file, the first one first. */
export async function* blocksOf(source: BlockSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += BLOCK_BYTES) {
    const bytes = await source.read(offset, BLOCK_BYTES);
    if (bytes.length > 0) yield bytes;
    // It became shorter meanwhile; who reads the package sees that it is cut.
    if (bytes.length < Math.min(BLOCK_BYTES, source.size - offset)) return;
  }
}
