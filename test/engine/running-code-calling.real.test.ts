import { expect, it } from "vitest";
import { observeProcesses } from "../../src/engine/processes.js";
import { connectTo } from "../support/connect.js";
import { describeErlang } from "../support/erlang.js";
import { loadForms, startNode, until } from "../support/peer.js";

/** A gen_server that waits in a callback of its own, with the name of another server among its variables. */
const formsOf = (module: string): string[] => [
  `-module(${module}).`,
  "-export([init/1, handle_call/3, handle_cast/2]).",
  "init(S) -> {ok, S}.",
  "handle_call(_, _, S) -> {reply, S, S}.",
  "handle_cast(Name, S) -> receive go_on -> {noreply, {Name, S}} end.",
];

describeErlang("a gen_server in the middle of a callback", () => {
  it("isn't taken for the server whose name it holds", async () => {
    await using node = await startNode();
    for (const module of ["holding", "named"]) {
      await node.eval(
        `${loadForms(module, formsOf(module))}, {ok, _} = gen_server:start({local, ${module}}, ${module}, [], [])`,
      );
    }
    await node.eval(`gen_server:cast(holding, named),
      ${until("process_info(whereis(holding), current_function) =:= {current_function, {holding, handle_cast, 2}}")}`);
    await using target = await connectTo(node);
    const { processes } = await observeProcesses(target, { timeoutMs: 30_000 });
    const runs = (name: string): string | undefined =>
      processes.find(({ registeredName }) => registeredName === name)?.callbackModule;
    expect([runs("holding"), runs("named")]).toEqual(["holding", "named"]);
  });
});
