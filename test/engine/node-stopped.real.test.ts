import { afterAll, beforeAll, it } from "vitest";
import { exitCodeOf } from "../../src/cli/execution.js";
import { EXIT } from "../../src/cli/exit.js";
import { applyUpgrade, type Applied } from "../../src/engine/apply.js";
import type { ProgressEvent } from "../../src/engine/events.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { standStill, startNode, type PeerNode } from "../support/peer.js";

const STEPS = ["load_object_code", "point_of_no_return", "suspend", "load", "code_change", "resume"] as const;
const INDEXES = STEPS.map((instruction, index) => ({ instruction, index }));

/** A node that is silent for so long is given up. */
const NET_TICK_TIME_MS = 3_000;
/** A step has failed by then, and none does that is answered. */
const TIMEOUTS = { suspendMs: 2_000, codeChangeMs: 2_000, callMs: 2_000 };

/** The node as a whole is stopped (SIGSTOP) when a step begins, for longer than the step may take. */
describeErlang("a node that is stopped during an upgrade", () => {
  let built: BuiltApplications;

  beforeAll(async () => {
    built = await buildApplications(["counter-0.1.0", "counter-0.2.0"]);
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  /** A node with the counter, which nobody calls, so that it stays as it is. */
  async function startCounter(): Promise<PeerNode> {
    const node = await startNode();
    await node.eval(`code:add_patha("${built.lib}/counter-0.1.0/ebin"), ok = application:start(counter),
      ok = supervisor:terminate_child(counter_sup, counter_client), 0 = gen_server:call(counter, next)`);
    return node;
  }

  const look = (node: PeerNode): Promise<string> =>
    node.eval(`{status, _, _, [_, State | _]} = sys:get_status(counter),
      {State, sys:get_state(counter), counter:module_info(md5), code:lib_dir(counter),
       lists:keyfind(counter, 1, application:which_applications())}`);

  async function apply(
    node: PeerNode,
    netTickTimeMs: number,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<Applied> {
    await using target = await connectTo(node, { netTickTimeMs });
    const prepared = await readApplicationUpgrade(target, `${built.lib}/counter-0.2.0`);
    return await applyUpgrade(target, prepared, { timeouts: TIMEOUTS, onProgress });
  }

  /** Stops the node when the step begins; lets it go on when `until` says so. */
  const stopping =
    (node: PeerNode, at: number, until: readonly ProgressEvent["kind"][]) =>
    (event: ProgressEvent): void => {
      if (event.kind === "step_started" && event.step.index === at) standStill(node);
      if (until.includes(event.kind)) node.signal("SIGCONT");
    };

  it.concurrent.for(INDEXES)(
    "at step $index, $instruction, until the connection is given up: that is told in time, and the node takes all back when it goes on",
    { timeout: 60_000 },
    async ({ index }, { expect }) => {
      await using node = await startCounter();
      const before = await look(node);
      const started = performance.now();
      const applied = await apply(node, NET_TICK_TIME_MS, stopping(node, index, []));
      expect(performance.now() - started).toBeLessThan(40_000);
      node.signal("SIGCONT");
      const { execution } = applied;
      expect(["failed", "unknown"]).toContain(execution?.outcome);
      expect(exitCodeOf(applied)).toBe(EXIT.needsAttention);
      expect(execution?.failure?.summary).toMatch(/^(could not do step|the node, or the connection to it, was lost)/);
      expect(execution?.notUndone.length).toBeGreaterThan(0);
      // The first step asks nothing of the node.
      const done = Math.max(index, 1);
      const expected = STEPS.map((_, at) => (at < done ? "done" : at === done ? "failed" : "not_executed"));
      expect(execution?.steps.map(({ status }) => status)).toEqual(expected);
      await expect.poll(() => look(node)).toBe(before);
    },
  );

  it.concurrent.for(INDEXES)(
    "at step $index, $instruction, until that has failed: all is taken back when the node goes on",
    { timeout: 60_000 },
    async ({ index }, { expect }) => {
      await using node = await startCounter();
      const before = await look(node);
      const applied = await apply(node, 60_000, stopping(node, index, ["step_failed", "rollback_started"]));
      expect(applied.execution).toMatchObject({ outcome: "rolled_back", notUndone: [] });
      expect(exitCodeOf(applied)).toBe(EXIT.rolledBack);
      await expect.poll(() => look(node)).toBe(before);
    },
  );
});
