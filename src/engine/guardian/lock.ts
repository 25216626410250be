import { DEFAULT_TIMEOUT_MS } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";
import { Guardian } from "./guardian.js";
import { DEFAULT_LEASE_MS } from "./lease.js";
import { us } from "./holder.js";

/**
 * Does something while the node is locked, so that no upgrade is under way meanwhile. The lock is that of upgrades: a
 * guardian, which here has nothing to take back.
 * @param what is done, for others who find the node locked
 * @throws ProblemError with the code `locked` where somebody else holds the node; whatever the work throws
 */
export async function underLock<T>(node: Target, what: string, work: () => Promise<T>): Promise<T> {
  const guardian = await Guardian.post(node, {
    holder: us(what),
    leaseMs: DEFAULT_LEASE_MS,
    callMs: DEFAULT_TIMEOUT_MS,
  });
  try {
    return await work();
  } finally {
    await guardian.forget();
  }
}
