import { createHash, timingSafeEqual } from "node:crypto";
import { isLatin1 } from "./address.js";
import { distributionError } from "./problems.js";

/**
 * The secret that two nodes share. It is kept out of reach of inspection and of JSON, and is never part of an error:
 * only digests leave this object.
 */
export class Cookie {
  readonly #bytes: Uint8Array;

  /** Throws ProblemError `cookie-invalid` for an empty cookie, or one that no Erlang atom can be. */
  constructor(text: string) {
    if (text === "") throw invalid("It is empty.");
    if (text.length > 255) throw invalid("It is longer than 255 characters.");
    if (!isLatin1(text)) throw invalid("It has characters outside Latin-1.");
    this.#bytes = Buffer.from(text, "latin1");
  }

  /** MD5 of the cookie followed by the challenge in decimal (dist_util:gen_digest). `challenge` is unsigned, 32 bits. */
  digest(challenge: number): Uint8Array {
    return createHash("md5").update(this.#bytes).update(String(challenge)).digest();
  }

  /** Whether `digest` was made from this cookie and `challenge`. Takes the same time either way. */
  verifies(digest: Uint8Array, challenge: number): boolean {
    return digest.length === 16 && timingSafeEqual(digest, this.digest(challenge));
  }

  toString(): string {
    return "[cookie]";
  }

  toJSON(): string {
    return "[cookie]";
  }
}

/**
 * The cookie of a cookie file's content: its first line, of printable ASCII; only blank lines may follow
 * (auth:check_cookie: spaces at the end of the line belong to the cookie). Throws ProblemError `cookie-invalid`, naming `file`.
 */
export function parseCookie(content: string, file: string): Cookie {
  const [, text, rest] = /^([ -~]*)([ \r\n]*)$/.exec(content) ?? [];
  if (text === undefined || rest === undefined) {
    throw invalid(`${file} holds more than one line, or characters that are not printable ASCII.`);
  }
  if (text === "") throw invalid(`${file} is empty.`);
  return new Cookie(text);
}

function invalid(detail: string): Error {
  return distributionError("cookie-invalid", "the cookie can't be used", {
    detail,
    hint: "A cookie is one line of 1 to 255 characters, the same on both sides.",
  });
}
