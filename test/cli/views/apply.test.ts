import { describe, expect, it } from "vitest";
import { applyJson, applyText } from "../../../src/cli/views/apply.js";
import { makePaint } from "../../../src/cli/views/paint.js";
import type { Applied } from "../../../src/engine/apply.js";
import type { Execution } from "../../../src/engine/execution.js";
import type { Problem } from "../../../src/terms/problem.js";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import { makePlan } from "../../../src/upgrade/plan.js";
import { advancedUpdate, anUpgrade, aProcess, someFacts } from "../../support/facts.js";
import { applyDocument } from "../support/documents.js";
import { unwrapped } from "../support/run.js";

const server = aProcess(7, { callbackModule: "shop_server", registeredName: "shop" });
const other = aProcess(8, { callbackModule: "shop_server" });
const loader = aProcess(9, { callbackModule: "shop_view" });

const update: LowLevelInstruction[] = [
  ...advancedUpdate("shop_server"),
  { instruction: "load", module: "shop_view", prePurge: "brutal_purge", postPurge: "brutal_purge" },
];

const problem = (code: string): Problem => ({
  code,
  severity: "error",
  summary: `the ${code}`,
  hint: "Do it by hand.",
});

/** What an upgrade of two processes came to; by default it went well. */
function applied(given: Partial<Execution> = {}, script = update): Applied {
  const plan = makePlan(anUpgrade(script), someFacts({ processes: [server, other, loader] }));
  const execution: Execution = {
    outcome: "upgraded",
    executor: "relupctl",
    steps: plan.steps.map((step) => ({ step, status: "done", durationMs: 1, processes: 2 })),
    failure: undefined,
    notUndone: [],
    tally: { migrated: new Set(["<0.7.0>", "<0.8.0>"]), dead: new Set(), failed: new Set() },
    unresponsive: [],
    keptStates: undefined,
    restart: undefined,
    isSettled: true,
    suspension: {
      count: 2,
      p50Ms: 2,
      p99Ms: 3,
      maxMs: 3,
      byProcess: new Map([
        ["<0.7.0>", 2],
        ["<0.8.0>", 3],
      ]),
      stillSuspended: [],
    },
    durationMs: 20,
    interrupted: false,
    ...given,
  };
  return { plan, refusedFor: [], differences: [], execution, states: [] };
}

const text = (given?: Partial<Execution>, script?: LowLevelInstruction[]): string =>
  unwrapped(applyText(applied(given, script), makePaint(false, 80)));

describe("the conclusion of an upgrade", () => {
  it("accounts for every process, and names who was suspended", () => {
    expect(text()).toMatch(
      /Upgraded to 2 in 20 ms: 2 processes migrated, 1 got new code only, 0 missed\. 2 processes were suspended, each for 3\.0 ms at the most: shop, <0\.8\.0>\.$/,
    );
    const tally = { migrated: new Set(["<0.7.0>"]), dead: new Set(["<0.8.0>"]), failed: new Set<string>() };
    expect(text({ tally })).toContain("1 process migrated, 1 got new code only, 1 ended meanwhile, 0 missed.");
  });

  it("names who may still be suspended, after a failure that was not taken back", () => {
    const { suspension } = applied().execution!;
    const said = text({
      outcome: "failed",
      failure: problem("code-change-failed"),
      notUndone: [problem("state-not-restored")],
      suspension: { ...suspension, stillSuspended: ["<0.7.0>"] },
    });
    expect(said).toContain("error: the state-not-restored [state-not-restored] What to do: Do it by hand.");
    expect(said).toContain("Failed, and not all could be taken back: the node needs attention (see above).");
    expect(said).toMatch(/shop may still be suspended\.$/);
  });

  it("says that a node went away", () => {
    const said = text({ outcome: "unknown", failure: problem("step-failed") });
    expect(said).toContain("The node went away during the upgrade: what it did of the last step can't be told.");
  });

  it("tells an interrupt from a failure, and what was started anew", () => {
    const stop: LowLevelInstruction[] = [
      { instruction: "point_of_no_return" },
      { instruction: "stop", modules: ["shop_server"] },
    ];
    const said = text({ outcome: "rolled_back", interrupted: true, failure: problem("interrupted") }, stop);
    expect(said).toContain("Interrupted and rolled back: the node runs 1 as before");
    expect(said).toContain("2 processes that the upgrade had stopped were started anew.");
  });
});

it("is one document for every result, with counts that are none where nothing came of it", () => {
  const document = (given?: Partial<Execution>) =>
    applyDocument.parse({ schema: "relupctl/apply@1", ok: false, ...applyJson(applied(given)) });
  expect(document().processes).toEqual({ migrated: 2, reloaded: 1, missed: 0, dead: 0, failed: 0 });
  const failed = document({ outcome: "rolled_back", failure: problem("code-change-failed") });
  expect(failed).toMatchObject({
    result: "rolled_back",
    processes: { migrated: 0, reloaded: 0 },
    suspension: { maxMs: 3 },
  });
  expect(document({ outcome: "unknown" }).result).toBe("unknown");
  const refused = applyJson({ ...applied(), execution: undefined });
  expect(refused).toMatchObject({ result: "refused", suspension: { count: 0 }, durationMs: 0, failure: null });
});
