import { readFile } from "node:fs/promises";
import { distributionError } from "./problems.js";
import type { TlsOptions } from "./socket.js";

/** Names of PEM files, as options of a command line give them. */
export interface TlsFiles {
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsServername?: string | undefined;
}

/**
 * Reads the files. Undefined when no option is given: then TLS is not to be used. Throws ProblemError `tls-files` for a
 * file that can't be read, and for a certificate without key or a key without certificate.
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsOptions | undefined> {
  const { tlsCa, tlsCert, tlsKey, tlsServername } = files;
  if ([tlsCa, tlsCert, tlsKey, tlsServername].every((option) => option === undefined)) return undefined;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw distributionError("tls-files", "a certificate needs its key, and a key its certificate", {
      hint: "Give both, or neither. The two may be one file.",
    });
  }
  const [ca, cert, key] = await Promise.all([tlsCa, tlsCert, tlsKey].map(read));
  return { ca, cert, key, servername: tlsServername };
}

async function read(file: string | undefined): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw distributionError("tls-files", `${file} can't be read`, { detail: `${code}.` });
  }
}
