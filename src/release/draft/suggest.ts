/** `Did you mean x?` for the name that is nearest to what was written; undefined where none is near. */
export function suggestion(written: string, names: readonly string[]): string | undefined {
  // A long text is no misspelt name, and the distance costs the product of both lengths.
  if (written.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best === undefined ? undefined : `Did you mean ${best}?`;
}

/** True where `written` is a likely slip for `name`. */
export const isNear = (written: string, name: string): boolean => suggestion(written, [name]) !== undefined;

/** How many characters must be put in, taken out or changed to make one text of the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
