import { afterAll, beforeAll, expect, it } from "vitest";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { failureDocument } from "./support/documents.js";
import { relupctlJson } from "./support/run.js";

/** A child that stops the whole node (SIGSTOP) when it is asked for its modules, as the walk does with a dynamic one. */
const STOPS_THE_NODE = `
  Loop = fun() -> receive _ -> os:cmd("kill -STOP " ++ os:getpid()) end end,
  Start = {erlang, apply, [fun() -> {ok, spawn_link(Loop)} end, []]},
  {ok, _} = supervisor:start_child(kernel_safe_sup, #{id => stops, start => Start, restart => temporary, modules => dynamic}),
  ok`;

describeErlang("a node that is stopped while it is looked at", () => {
  let node: PeerNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    await node.stop();
  });

  for (const command of ["tree", "doctor"] as const) {
    it(`is given up by ${command} after the time that connecting may take`, async () => {
      await node.eval(STOPS_THE_NODE);
      const args = [command, "-n", `${node.name}:${node.port}`, "--connect-timeout", "4s", "--timeout", "60s"];
      try {
        const env = { RELUPCTL_COOKIE: node.cookie };
        const { code, document } = await relupctlJson(args, failureDocument(command), { env });
        expect(code).toBe(1);
        expect(document.error.code).toBe("node-lost");
      } finally {
        node.signal("SIGCONT");
      }
      expect(await node.eval("abs(-1)")).toBe("1");
    });
  }
});
