import { defineConfig } from "vitest/config";
import { STATE_HOME } from "./test/support/state-home.js";

const results = process.env["RELUPCTL_TEST_RESULTS"];

/** Tests of the program as it is built and packed. */
const BUILT = ["test/cli/**/*.test.ts", "test/package.test.ts", "test/readme.test.ts"];

const STATE = "test/support/state-home.ts";

export default defineConfig({
  test: {
    // Real nodes share two cores with the tests that start them, and the machine may have other work.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    // No test may write into the home of whoever runs it.
    env: { XDG_STATE_HOME: STATE_HOME },
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
    projects: [
      { extends: true, test: { name: "modules", globalSetup: STATE, include: ["test/**/*.test.ts"], exclude: BUILT } },
      { extends: true, test: { name: "program", include: BUILT, globalSetup: [STATE, "test/cli/support/build.ts"] } },
    ],
  },
});
