import { createHash } from "node:crypto";

/** The accepting side's messages of a handshake, built apart from the code under test. */

const packet = (body: Uint8Array): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(body.length);
  return Buffer.concat([head, body]);
};

/** What OTP 25 offers. */
export const OTP_25_FLAGS = 0x0d07df7fbcn;

export const status = (text: string): Buffer => packet(Buffer.from(`s${text}`));

export function named(node: string, creation: number, extra = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(node.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(creation);
  return packet(Buffer.concat([Buffer.from("snamed:"), head, Buffer.from(node, "latin1"), tail, Buffer.from(extra)]));
}

export interface ChallengeFields {
  readonly node: string;
  readonly flags?: bigint;
  readonly challenge?: number;
  readonly creation?: number;
  readonly extra?: string;
}

export function challenge(fields: ChallengeFields): Buffer {
  const name = Buffer.from(fields.node, "latin1");
  const body = Buffer.alloc(19);
  body.write("N");
  body.writeBigUInt64BE(fields.flags ?? OTP_25_FLAGS, 1);
  body.writeUInt32BE(fields.challenge ?? 4_000_000_000, 9);
  body.writeUInt32BE(fields.creation ?? 77, 13);
  body.writeUInt16BE(name.length, 17);
  return packet(Buffer.concat([body, name, Buffer.from(fields.extra ?? "")]));
}

export function ack(cookie: string, clientChallenge: number): Buffer {
  const digest = createHash("md5").update(Buffer.from(cookie, "latin1")).update(String(clientChallenge)).digest();
  return packet(Buffer.concat([Buffer.from("a"), digest]));
}

export { packet };
