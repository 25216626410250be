import { createHash } from "node:crypto";
import type { Target } from "../../target/target.js";
import { deleteFile, fileInfos, FileError, renameFile } from "../../otp/file.js";
import { blockDigests, writeBlock, type DigestAlgorithm } from "../../otp/file-blocks.js";
import { CallError, type CallOptions } from "../../otp/invoke.js";
import { BLOCK_BYTES, type BlockSource } from "./block-source.js";
import { refused } from "./problems.js";

export interface UploadOptions extends CallOptions {
  readonly algorithm: DigestAlgorithm;
  /** SHA-256, in hexadecimal, of the file as it was checked. */
  readonly sha256: string;
  /** Is told the bytes that are on the node so far, and of how many. */
  readonly onProgress?: (done: number, of: number) => void;
  /** When it fires, no more is sent. What is there stays, for the next try. */
  readonly signal?: AbortSignal;
}

export interface Uploaded {
  /** Bytes that were there already, from a try that was cut off. */
  readonly resumedBytes: number;
}

/** Writes under way at once: enough that the time a block travels doesn't count. */
const IN_FLIGHT = 8;

/**
 * Sends a file to the node, block by block, under a temporary name, and gives it its own name when every block has been
 * read back there and found right. What an earlier try has brought there is kept.
 * @param temporary a name that stands for this content alone
 * @throws FileError where the node can't write; ProblemError `package-changed`, `upload-cut`, `upload-damaged`, `interrupted`
 */
export async function upload(
  target: Target,
  source: BlockSource,
  temporary: string,
  path: string,
  options: UploadOptions,
): Promise<Uploaded> {
  const offsets = Array.from({ length: Math.ceil(source.size / BLOCK_BYTES) }, (_, index) => index * BLOCK_BYTES);
  const wanted: string[] = [];
  const whole = createHash("sha256");
  for (const offset of offsets) {
    const bytes = await blockAt(source, offset);
    whole.update(bytes);
    wanted.push(digestOf(bytes, options));
  }
  if (whole.digest("hex") !== options.sha256) throw changed();
  // Sending makes no file shorter: one that is too long would stay so.
  const [before] = await fileInfos(target, [temporary], options);
  if (before !== undefined && before.size > source.size) await deleteFile(target, temporary, options);
  const there = await blockDigests(target, temporary, offsets, BLOCK_BYTES, options.algorithm, options);
  const missing = offsets.filter((_, index) => there[index] !== wanted[index]);
  const sizeOf = (some: readonly number[]): number =>
    some.reduce((sum, offset) => sum + Math.min(BLOCK_BYTES, source.size - offset), 0);
  const resumedBytes = source.size - sizeOf(missing);
  try {
    await sendBlocks(target, source, temporary, missing, resumedBytes, options);
    const after = await blockDigests(target, temporary, missing, BLOCK_BYTES, options.algorithm, options);
    const wrong = missing.filter((offset, index) => after[index] !== wanted[offset / BLOCK_BYTES]);
    const [info] = await fileInfos(target, [temporary], options);
    if (wrong.length > 0 || info?.size !== source.size) throw damaged(temporary, wrong.length, offsets.length);
  } catch (error) {
    // A disk that is full is not left full.
    if (error instanceof FileError) await deleteFile(target, temporary, options).catch(() => undefined);
    throw error instanceof CallError ? cutOff(error) : error;
  }
  await renameFile(target, temporary, path, options);
  return { resumedBytes };
}

async function sendBlocks(
  target: Target,
  source: BlockSource,
  temporary: string,
  missing: readonly number[],
  doneBefore: number,
  options: UploadOptions,
): Promise<void> {
  let done = doneBefore;
  let next = 0;
  options.onProgress?.(done, source.size);
  const work = async (): Promise<void> => {
    while (next < missing.length) {
      if (options.signal?.aborted === true) throw interrupted();
      const offset = missing[next++]!;
      const bytes = await blockAt(source, offset);
      try {
        await writeBlock(target, temporary, offset, bytes, options);
      } catch (error) {
        next = missing.length;
        throw error;
      }
      done += bytes.length;
      options.onProgress?.(done, source.size);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, work));
  const failed = ended.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

const blockAt = (source: BlockSource, offset: number): Promise<Uint8Array> => source.read(offset, BLOCK_BYTES);

const digestOf = (bytes: Uint8Array, { algorithm }: UploadOptions): string =>
  createHash(algorithm).update(bytes).digest("hex");

const changed = (): Error =>
  refused(
    "package-changed",
    "the package was changed after it was checked",
    "Something writes it anew, as a build does. Nothing of it was sent.",
    "Try again when it is written to its end.",
  );

const damaged = (path: string, wrong: number, of: number): Error =>
  refused(
    "upload-damaged",
    `what the node has in ${path} is not what was sent`,
    `${wrong} of ${of} blocks differ. Somebody else may write there, or the node's disk may be at fault.`,
    "Try again: only the blocks that differ are sent.",
  );

const cutOff = ({ message }: CallError): Error =>
  refused(
    "upload-cut",
    `the package could not be sent to its end: ${message}`,
    "What was sent is kept on the node.",
    "Try again to go on from there.",
  );

/** What an interrupt ends an upload with. */
export const interrupted = (): Error =>
  refused("interrupted", "the upload was interrupted", "What was sent is kept on the node.", "Try again to go on from there.");
