/** Up to `limit` names, and how many more there are: `a, b and 3 more`. */
export function someOf(names: readonly string[], limit: number): string {
  const more = names.length - limit;
  return more > 0 ? `${names.slice(0, limit).join(", ")} and ${more} more` : names.join(", ");
}
