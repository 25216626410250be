import type { Holder } from "../../../src/engine/guardian/record.js";

/** Who locks the nodes of these tests. */
export const holder: Holder = {
  user: "ann",
  host: "here",
  pid: 1,
  since: "2026-01-01T00:00:00Z",
  upgrade: "a 1 -> 2",
  id: "x",
};
