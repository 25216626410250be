import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { entryPath } from "../../release/tar/entry-path.js";
import { tarError } from "../../release/tar/problem.js";
import { TarReader } from "../../release/tar/reader.js";
import { ProblemError } from "../../terms/problem.js";
import type { DigestAlgorithm } from "../../otp/file-blocks.js";

/** A file in the package of a release. */
export interface PackageFile {
  /** From the release root on. */
  readonly path: string;
  readonly size: number;
  readonly digests: Readonly<Record<DigestAlgorithm, string>>;
  /** What it holds, of manifests, object code and small files of a release; undefined for others. */
  readonly content: Uint8Array | undefined;
}

/** What a package holds, read once and kept no longer than it takes to check it. */
export interface Package {
  readonly files: ReadonlyMap<string, PackageFile>;
  /** Bytes of the package as it is, and SHA-256 of them. */
  readonly size: number;
  readonly sha256: string;
}

export interface PackageLimits {
  /** Bytes that it may have unpacked. */
  readonly unpackedBytes: number;
  readonly entries: number;
  /** How many times its own size it may have unpacked, from `ratioFromBytes` on. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

/** Far above any release; object code packs to a third or so. */
export const PACKAGE_LIMITS: PackageLimits = {
  unpackedBytes: 8 * 1024 ** 3,
  entries: 200_000,
  ratio: 100,
  ratioFromBytes: 64 * 1024 ** 2,
};

/** Names of files that the checks look into. */
const LOOKED_INTO = /(^|\/)ebin\/[^/]+\.(beam|js|app(\.ya?ml)?)$|^releases\/.*\.rel(\.ya?ml)?$/;

/**
 * Reads a package (`.tar.gz`) from its first byte to its last. Nothing of it is trusted: names that lead out of the root,
 * links, devices, and what grows without measure are refused.
 * @throws ProblemError `tar-cut`, `tar-damaged`, `tar-entry-refused`, `package-too-large`, `not-a-package`
 */
export async function readPackage(
  source: AsyncIterable<Uint8Array>,
  limits: PackageLimits = PACKAGE_LIMITS,
): Promise<Package> {
  const whole = createHash("sha256");
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      if (size === 0 && !isGzip(piece)) throw notAPackage();
      size += piece.length;
      whole.update(piece);
      yield piece;
    }
    if (size === 0) throw notAPackage();
  }
  const collector = new Collector();
  const reader = new TarReader();
  let unpacked = 0;
  const gunzip = createGunzip();
  const input = Readable.from(counted(), { objectMode: false });
  input.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const piece of input.pipe(gunzip) as AsyncIterable<Uint8Array>) {
      unpacked += piece.length;
      for (const event of reader.push(piece)) collector.take(event);
      checkLimits(limits, unpacked, size, collector.entries);
    }
    reader.end();
  } catch (error) {
    throw asProblem(error);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
  return { files: collector.files, size, sha256: whole.digest("hex") };
}

const isGzip = (piece: Uint8Array): boolean => piece[0] === 0x1f && (piece.length < 2 || piece[1] === 0x8b);

function checkLimits(limits: PackageLimits, unpacked: number, size: number, entries: number): void {
  const tooDense = unpacked > limits.ratioFromBytes && unpacked > size * limits.ratio;
  if (unpacked <= limits.unpackedBytes && entries <= limits.entries && !tooDense) return;
  throw new ProblemError([
    {
      code: "package-too-large",
      severity: "error",
      summary: "the package would grow without measure when it is unpacked",
      detail: `${size} bytes of it were read; they hold ${entries} entries, and ${unpacked} bytes unpacked.`,
      hint: "See what is in it with tar -tvzf. No release is like that.",
    },
  ]);
}

/** What zlib says of data that is cut or damaged, in our words. */
function asProblem(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return tarError("tar-cut", "the package ends in the middle");
  if (typeof code === "string" && code.startsWith("Z_")) {
    return tarError("tar-damaged", "the package is damaged: it can't be decompressed", (error as Error).message);
  }
  return error;
}

const notAPackage = (): ProblemError =>
  new ProblemError([
    {
      code: "not-a-package",
      severity: "error",
      summary: "this is no package of a release: it is not compressed by gzip",
      hint: "Make one with rebar3 tar, with the step :tar of mix release, or with systools:make_tar/2.",
    },
  ]);

type TarEvents = ReturnType<TarReader["push"]>;

/** Makes the files of a package out of what the reader says. */
class Collector {
  readonly files = new Map<string, PackageFile>();
  entries = 0;
  #path: string | undefined;
  #size = 0;
  #sha256 = createHash("sha256");
  #md5 = createHash("md5");
  #content: Uint8Array[] | undefined;

  take(event: TarEvents[number]): void {
    switch (event.kind) {
      case "entry": {
        this.entries++;
        const path = entryPath(event.entry);
        this.#path = event.entry.type === "file" ? path : undefined;
        this.#size = 0;
        this.#sha256 = createHash("sha256");
        this.#md5 = createHash("md5");
        this.#content = LOOKED_INTO.test(path) ? [] : undefined;
        break;
      }
      case "data":
        this.#size += event.bytes.length;
        this.#sha256.update(event.bytes);
        this.#md5.update(event.bytes);
        // What comes next may use the same memory.
        this.#content?.push(event.bytes.slice());
        break;
      case "end":
        if (this.#path !== undefined) this.#add(this.#path);
    }
  }

  #add(path: string): void {
    const digests = { sha256: this.#sha256.digest("hex"), md5: this.#md5.digest("hex") };
    const known = this.files.get(path);
    if (known !== undefined && known.digests.sha256 !== digests.sha256) {
      throw tarError("tar-entry-refused", `the archive has two files of the name ${path}, which are not the same`);
    }
    const content = this.#content === undefined ? undefined : Buffer.concat(this.#content);
    this.files.set(path, { path, size: this.#size, digests, content });
  }
}
