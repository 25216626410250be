import { InvalidArgumentError } from "commander";

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `2.5s`, `1m`, or of a bare number of milliseconds. For commander's option parsing. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It must be a duration such as 500ms, 60s or 2m.");
  return Math.round(Number(match[1]) * UNITS[match[2] ?? "ms"]!);
}
