import { afterAll, beforeAll, expect, it } from "vitest";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { failureDocument } from "./support/documents.js";
import { compile } from "./support/erlang-modules.js";
import { TemporaryFolder } from "./support/root.js";
import { relupctlJson } from "./support/run.js";
import { swapDocument } from "./support/swap-documents.js";

/** Stops the whole node. Its threads run on for a moment, in which whoever does this must not go on. */
const STOP = 'os:cmd("kill -STOP " ++ os:getpid()), timer:sleep(3000)';

/** A child that stops the whole node (SIGSTOP) when it is asked for its modules, as the walk does with a dynamic one. */
const STOPS_THE_NODE = `
  Loop = fun() -> receive _ -> ${STOP} end end,
  Start = {erlang, apply, [fun() -> {ok, spawn_link(Loop)} end, []]},
  supervisor:terminate_child(kernel_safe_sup, stops),
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
      const args = [command, "-n", `${node.name}:${node.port}`, "--connect-timeout", "6s", "--timeout", "60s"];
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

/** A code_change that stops the whole node (SIGSTOP); when that goes on, the code_change ends as well. */
const CODE_CHANGE_STOPS_THE_NODE = `code_change(_, N, _) -> ${STOP}, {ok, {new, N}}.`;

describeErlang("a node that is stopped while it is upgraded", () => {
  const folder = new TemporaryFolder();
  let node: PeerNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    await node.stop();
    folder[Symbol.dispose]();
  });

  it("is given up after the time of the lease, which is told, and takes all back when it goes on", async () => {
    const one = await compile(node, folder, "z-1", { module: "z", attributes: '-vsn("1").', state: "N" });
    const two = await compile(node, folder, "z-2", {
      ...{ module: "z", attributes: '-vsn("2").', state: "{new, N}" },
      codeChange: CODE_CHANGE_STOPS_THE_NODE,
    });
    await node.eval(`code:load_abs("${one.replace(/\.beam$/, "")}"), z:start()`);
    const look = "{sys:get_state(z), z:module_info(md5), element(3, sys:get_status(z))}";
    const before = await node.eval(`{status, _, _, [_, running | _]} = sys:get_status(z), ${look}`);
    const limits = ["--lease", "5s", "--connect-timeout", "6s", "--timeout", "10m"];
    const args = ["swap", two, "-n", `${node.name}:${node.port}`, ...limits, "--journal", folder.at("journal")];
    try {
      const { code, document } = await relupctlJson(args, swapDocument, { env: { RELUPCTL_COOKIE: node.cookie } });
      expect(code).toBe(5);
      expect(document).toMatchObject({ ok: false, result: "unknown", failure: { code: "node-lost" } });
    } finally {
      node.signal("SIGCONT");
    }
    const after = `case sys:get_status(z) of {status, _, _, [_, running | _]} -> ${look}; _ -> suspended end`;
    await expect.poll(() => node.eval(after), { timeout: 90_000, interval: 200 }).toBe(before);
  });
});
