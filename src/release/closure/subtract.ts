/** `List1 -- List2`: for each element of the second list its first occurrence in the first one is taken away. */
export function subtract<Item>(from: readonly Item[], what: readonly Item[]): Item[] {
  if (what.length === 0) return [...from];
  const counts = new Map<Item, number>();
  for (const item of what) counts.set(item, (counts.get(item) ?? 0) + 1);
  return from.filter((item) => {
    const left = counts.get(item);
    if (left === undefined || left === 0) return true;
    counts.set(item, left - 1);
    return false;
  });
}
