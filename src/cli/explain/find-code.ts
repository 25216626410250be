import { editDistance } from "../../release/draft/suggest.js";

/**
 * The code that is meant by what somebody typed or pasted: the code itself, also with `_` for `-` or the other way, or
 * an Erlang term with an error reason in it, such as `{error,{old_processes,[m]}}`.
 * @returns undefined where none is meant
 */
export function findCode(given: string, codes: readonly string[]): string | undefined {
  const known = new Set(codes);
  const words = given.match(/[a-z][\w-]*/gi) ?? [];
  // `error` and `exit` only say that a reason follows.
  const named = words.flatMap((word) => [word, word.replaceAll("_", "-"), word.replaceAll("-", "_")]);
  return [given.trim(), ...named].find((word) => known.has(word));
}

/** The codes that are spelt most alike, the nearest first; none where nothing comes near. */
export function nearestCodes(given: string, codes: readonly string[], limit = 3): string[] {
  const word = given.trim().toLowerCase().replaceAll("_", "-");
  const ranked = codes.map((code) => ({ code, distance: editDistance(word, code.toLowerCase().replaceAll("_", "-")) }));
  return ranked
    .filter(({ code, distance }) => distance <= Math.max(2, Math.floor(code.length / 3)) || isPart(word, code))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ code }) => code);
}

const isPart = (word: string, code: string): boolean => word.length >= 4 && code.replaceAll("_", "-").includes(word);
