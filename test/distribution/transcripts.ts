import { readFileSync, writeFileSync } from "node:fs";
import type { Side, Transcript } from "../support/proxy.js";

/**
 * Recorded conversations, as text: `# key: value` lines, then a line for each turn, `client HEX` or `server HEX`.
 * They were recorded from real nodes by record-transcripts.ts; their cookies were made for that alone.
 */
export interface Recording {
  readonly facts: Readonly<Record<string, string>>;
  readonly transcript: Transcript;
}

const fileOf = (name: string): URL => new URL(`../../fixtures/distribution/${name}.hex`, import.meta.url);

export function readRecording(name: string): Recording {
  const facts: Record<string, string> = {};
  const transcript: { from: Side; bytes: Buffer }[] = [];
  for (const line of readFileSync(fileOf(name), "utf8").split("\n")) {
    const [, key, value] = /^# (\w+): (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) facts[key] = value;
    const [, from, hex] = /^(client|server) ([0-9a-f]+)$/.exec(line) ?? [];
    if (from !== undefined && hex !== undefined)
      transcript.push({ from: from as Side, bytes: Buffer.from(hex, "hex") });
  }
  return { facts, transcript };
}

export function writeRecording(name: string, { facts, transcript }: Recording): void {
  const head = Object.entries(facts).map(([key, value]) => `# ${key}: ${value}`);
  const turns = transcript.map(({ from, bytes }) => `${from} ${bytes.toString("hex")}`);
  writeFileSync(fileOf(name), [...head, ...turns, ""].join("\n"));
}

/** All bytes of one side. */
export function bytesOf({ transcript }: Recording, side: Side): Buffer {
  return Buffer.concat(transcript.filter(({ from }) => from === side).map(({ bytes }) => bytes));
}
