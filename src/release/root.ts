/** A release root: `releases/<vsn>`, `lib/<app>-<vsn>/ebin`, `releases/RELEASES`. */
export type { ReleaseApplication, ReleaseContents } from "./root/contents.js";
export { listReleases, registeredReleases, type FoundRelease, type ReleaseList } from "./root/list-releases.js";
export { readRelease, type ReadReleaseOptions } from "./root/read-release.js";
export type { RegisteredRelease, ReleaseStatus } from "./root/releases-file.js";
