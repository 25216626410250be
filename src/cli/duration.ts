import { InvalidArgumentError, Option } from "commander";

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Far below what a timer can count, so that nothing added to it goes past that. */
const MAX_MS = 7 * 24 * 3_600_000;

/**
 * Milliseconds of `500ms`, `2.5s`, `1m`, or of a bare number of milliseconds.
 * @throws InvalidArgumentError, for commander's option parsing: no duration, or longer than a week
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It must be a duration such as 500ms, 60s or 2m.");
  const ms = Math.round(Number(match[1]) * UNITS[match[2] ?? "ms"]!);
  if (ms > MAX_MS) throw new InvalidArgumentError("It must not be longer than a week (168h).");
  return ms;
}

/** As {@link parseDuration}, for a time that is waited: nothing answers in none. */
export function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new InvalidArgumentError("It must be longer than 0.");
  return ms;
}

/** An option whose value is a time limit, in milliseconds once it is parsed. */
export function durationOption(flags: string, text: string, byDefaultMs: number): Option {
  return new Option(flags, text).argParser(parseTimeout).default(byDefaultMs, `${byDefaultMs / 1_000}s`);
}
