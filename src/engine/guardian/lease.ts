/** How long a node and whoever upgrades it do without a sign of each other, in milliseconds, unless told otherwise. */
export const DEFAULT_LEASE_MS = 30_000;
