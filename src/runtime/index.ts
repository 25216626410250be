/**
 * `relupctl/runtime`: the embedded node, and what modules that run on it are written with.
 *
 * Booting a node:
 *
 * ```ts
 * const node = await bootNode({ release, onEvent: (event) => log.debug(event) });
 * const outcome = await node.call({ module: "application", function: "which_applications", args: [] }, { timeoutMs: 5000 });
 * await node[Symbol.asyncDispose]();
 * ```
 *
 * `release` is a {@link BootRelease}: plain data that says which applications, from which directories. The node reads no
 * manifests at boot; whoever boots it does, in whichever form they are. Modules are `.js` files in `ebin`.
 */
export * from "./api/index.js";
export type { BootApplication, BootRelease } from "./boot-release.js";
export { BootError } from "./boot.js";
export { BUILT_IN_APPLICATIONS } from "./application/spec.js";
export { type FileInfo, type FileSystem, localFiles } from "./code/file-system.js";
export { type BootOptions, EmbeddedNode, bootNode } from "./embedded-node.js";
export type * from "./events.js";
export type { ReleaseManifest, ReleaseReader } from "./release-handler/reader.js";
export { type Clock, ManualClock, RealClock } from "./process/clock.js";
