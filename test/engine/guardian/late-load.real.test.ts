import { afterAll, beforeAll, expect, it } from "vitest";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { row, undo } from "../../../src/engine/guardian/undo-action.js";
import { atom, binary, string, tuple } from "../../../src/terms/term.js";
import { connectTo } from "../../support/connect.js";
import { describeErlang } from "../../support/erlang.js";
import { startNode, until, type PeerNode } from "../../support/peer.js";
import { holder } from "./holder.js";

/** The object code of a version of the module `late`, in hexadecimal. */
const compiled = (version: number): string =>
  `begin {ok, late, Code} = compile:forms([{attribute, 1, module, late}, {attribute, 1, export, [{vsn, 0}]},
    {function, 1, vsn, 0, [{clause, 1, [], [], [{integer, 1, ${version}}]}]}, {eof, 1}]), binary:encode_hex(Code) end`;

describeErlang("a load that still waits with the code server when an upgrade is taken back", () => {
  let node: PeerNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    await node.stop();
  });

  it("is over before it is looked what code is loaded, so that the old code is put back", async () => {
    await using target = await connectTo(node);
    const codeOf = async (version: number): Promise<Buffer> =>
      Buffer.from(/[0-9A-F]+/.exec((await node.eval(compiled(version))).slice(3))![0], "hex");
    const [one, two] = [await codeOf(1), await codeOf(2)];
    const load = (code: Buffer) => ({
      module: "code",
      function: "load_binary",
      args: [atom("late"), string("late.beam"), binary(code)],
    });
    await target.call(load(one), { timeoutMs: 30_000 });
    const guardian = await Guardian.post(target, { holder, leaseMs: 60_000, callMs: 10_000 });
    await guardian.note([
      row.code("late", { file: "late.beam", bytes: one }),
      tuple(tuple(atom("undo"), 0, -1), binary("put code"), undo.putCode("late")),
    ]);
    const log = "element(1, element(1, element(2, lists:keyfind(relupctl, 1, Dictionary))))";
    const phase = `begin {_, Dictionary} = process_info(whereis(relupctl), dictionary), ets:lookup(${log}, phase) end`;
    // What is called while the code server stands still is loaded by this.
    await node.eval("timer:sleep(0)");
    expect(await node.eval(`{late:vsn(), ${phase}}`)).toBe("{1,[{phase,upgrading}]}");
    await node.eval(`register(holder, spawn(fun() -> erlang:suspend_process(whereis(code_server)),
      receive go_on -> ok end end)), ${until("process_info(whereis(code_server), status) =:= {status, suspended}")}`);
    try {
      const late = guardian.target.call(load(two), { timeoutMs: 60_000 });
      await node.eval(until("process_info(whereis(code_server), message_queue_len) > {message_queue_len, 0}"));
      const back = guardian.rollBack();
      expect(await late).toMatchObject({ kind: "raised" });
      await node.eval(until(`${phase} =:= [{phase, rolling_back}]`));
      await node.eval("holder ! go_on");
      expect(await back).toMatchObject({ phase: "rolled_back", undone: [{ what: "put code", failure: undefined }] });
    } finally {
      await node.eval("catch holder ! go_on");
    }
    expect(await node.eval("{late:vsn(), erlang:check_old_code(late)}")).toBe("{1,false}");
    await guardian.forget();
  });
});
