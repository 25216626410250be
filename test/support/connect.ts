import { connect, type ConnectOptions, type RemoteNode } from "../../src/distribution/index.js";
import type { PeerNode } from "./peer.js";

/** Connects to a node of ours by its port, so that no epmd is asked. */
export function connectTo(
  { name, port, cookie }: Pick<PeerNode, "name" | "port" | "cookie">,
  options: Partial<ConnectOptions> = {},
): Promise<RemoteNode> {
  return connect({ node: `${name}:${port}`, cookie, timeoutMs: 30_000, ...options });
}
