import * as semver from "semver";

/**
 * Versions are text. Where two of them are semantic versions, they are ordered as such; OTP's own (`25.2.3.1`, `1`,
 * `27.0-rc1`) by their dotted numbers.
 */

/** True for a semantic version, as semver.org has it: `1.2.3`, `1.2.3-rc.1`, `1.2.3+build`. No `v` before it. */
export function isSemver(version: string): boolean {
  return /^\d/.test(version) && version.trim() === version && semver.valid(version) !== null;
}

/**
 * Below 0 where `a` is the lower version, above 0 where it is the higher one, 0 only where both are the same text.
 * A total order for any texts: semver 2.0.0 (build metadata counts last) and, beyond it, number by number with the
 * shorter one first (`1.0` before `1.0.0`), then other text, where digits count as numbers (`R15B` before `17.0`).
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  if (isSemver(a) && isSemver(b)) return semver.compareBuild(a, b);
  return compareParts(parse(a), parse(b)) || compareText(a, b);
}

/** `upgrade` where `to` is the higher version, `downgrade` where it is the lower one, else `same`. */
export function direction(from: string, to: string): "upgrade" | "downgrade" | "same" {
  const order = compareVersions(from, to);
  if (order === 0) return "same";
  return order < 0 ? "upgrade" : "downgrade";
}

interface Parts {
  readonly numbers: readonly string[];
  /** What follows the numbers and is neither a pre-release nor build metadata. */
  readonly rest: readonly string[];
  readonly preRelease: readonly string[];
  readonly build: readonly string[];
}

function parse(version: string): Parts {
  const [, numbers, rest, preRelease, build] = /^(\d+(?:\.\d+)*)?([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(version)!;
  return {
    numbers: numbers?.split(".") ?? [],
    rest: rest?.match(/\d+|\D+/g) ?? [],
    preRelease: preRelease?.split(".") ?? [],
    build: build?.split(".") ?? [],
  };
}

function compareParts(a: Parts, b: Parts): number {
  return (
    compareLists(a.numbers, b.numbers) ||
    compareLists(a.rest, b.rest) ||
    comparePreReleases(a.preRelease, b.preRelease) ||
    compareLists(a.build, b.build)
  );
}

/** A version without a pre-release is higher than any of its pre-releases. */
function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareLists(a, b);
}

/** Item by item; a list that begins with the whole of another is higher. */
function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareItems(item, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers by value and below text; text by its code units. */
function compareItems(a: string, b: string): number {
  const aIsNumber = /^\d+$/.test(a);
  if (aIsNumber !== /^\d+$/.test(b)) return aIsNumber ? -1 : 1;
  return aIsNumber ? compareNumbers(a, b) : compareText(a, b);
}

/** Of any length, without making a number of them. */
function compareNumbers(a: string, b: string): number {
  const [short, long] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return short.length - long.length || compareText(short, long);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
