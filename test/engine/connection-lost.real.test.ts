import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { startProxy } from "../support/proxy.js";

const STEPS = ["load_object_code", "point_of_no_return", "suspend", "load", "code_change", "resume"] as const;

describeErlang("a connection that is lost during an upgrade", () => {
  let built: BuiltApplications;
  let node: PeerNode;

  beforeAll(async () => {
    built = await buildApplications(["counter-0.1.0", "counter-0.2.0"]);
    node = await startNode();
    await node.eval(`code:add_patha("${built.lib}/counter-0.1.0/ebin")`);
  });
  afterAll(async () => {
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const look = (): Promise<string> =>
    node.eval(`{status, _, _, [_, State | _]} = sys:get_status(counter),
      {State, is_integer(sys:get_state(counter)), counter:module_info(md5), code:lib_dir(counter), application:get_all_env(counter),
       application:which_applications(), whereis(relupctl)}`);

  it.each(STEPS.slice(1))(
    "when it is cut before %s: the node takes back by itself what was done",
    async (cutBefore) => {
      await node.eval("application:ensure_started(counter)");
      const before = await look();
      await using proxy = await startProxy({ port: node.port });
      await using target = await connectTo({ name: node.name, port: proxy.port, cookie: node.cookie });
      const prepared = await readApplicationUpgrade(target, `${built.lib}/counter-0.2.0`);
      const applied = await applyUpgrade(target, prepared, {
        onProgress: (event) => {
          if (event.kind === "step_started" && event.step.instruction.instruction === cutBefore) proxy.fail("cut");
        },
      });
      expect(applied.execution).toMatchObject({ outcome: "unknown", failure: { code: "node-lost" } });
      const done = STEPS.indexOf(cutBefore);
      expect(applied.execution?.steps.map(({ status }) => status)).toEqual(
        STEPS.map((_, index) => (index < done ? "done" : index === done ? "failed" : "not_executed")),
      );
      // What was done, or tried, and can't be seen taken back is named.
      const left = applied.execution!.notUndone.map(({ summary }) => summary).join("\n");
      expect(left.includes("resume the processes of counter")).toBe(done >= 3);
      expect(left.includes("old code of counter")).toBe(done >= 3);
      await expect.poll(look).toBe(before);
    },
  );
});
