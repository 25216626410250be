import { createHash } from "node:crypto";
import { Atom, Bitstring, binary } from "../../terms/term.js";
import type { BifModule } from "../context.js";
import { badarg } from "../process/raised.js";

const ALGORITHMS: Readonly<Record<string, string>> = { sha256: "sha256", sha: "sha1", md5: "md5" };

/** Module `crypto`: digests of binaries. */
export const crypto: BifModule = {
  "hash/2": (_context, type, data) => {
    const algorithm = type instanceof Atom ? ALGORITHMS[type.name] : undefined;
    if (algorithm === undefined || !(data instanceof Bitstring)) return badarg();
    return binary(createHash(algorithm).update(data.bytes).digest());
  },
};
