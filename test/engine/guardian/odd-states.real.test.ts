import { afterAll, beforeAll, expect, it } from "vitest";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { keepStates } from "../../../src/engine/guardian/keep-states.js";
import { row, undo } from "../../../src/engine/guardian/undo-action.js";
import { ProcessGroup } from "../../../src/otp/process-group.js";
import { whereis } from "../../../src/otp/process.js";
import { stateOfEach } from "../../../src/otp/sys.js";
import type { Target } from "../../../src/target/target.js";
import { printTerm } from "../../../src/terms/print.js";
import { atom, binary, tuple } from "../../../src/terms/term.js";
import { connectTo } from "../../support/connect.js";
import { describeErlang } from "../../support/erlang.js";
import { loadForms, startNode, type PeerNode } from "../../support/peer.js";
import { holder } from "./holder.js";

/** States that look like what `sys` wraps states and failures in. */
const STATES = ["{ok,1}", "{ok,{ok,1}}", "{error,x}", "{error,{ok,1}}", "{reply,{ok,1}}", "{state,ok}", "[]"];
const NAMES = STATES.map((_, index) => `odd_${index}`);

const SERVER = [
  "-module(odd_states).",
  "-export([init/1, handle_call/3, handle_cast/2]).",
  "init(S) -> {ok, S}.",
  "handle_call(_, _, S) -> {reply, S, S}.",
  "handle_cast(_, S) -> {noreply, S}.",
];

describeErlang("states that look like answers", () => {
  let node: PeerNode;
  beforeAll(async () => {
    node = await startNode();
    await node.eval(loadForms("odd_states", SERVER));
  });
  afterAll(async () => {
    await node.stop();
  });

  const start = (): Promise<string> =>
    node.eval(
      NAMES.map(
        (name, index) => `{ok, _} = gen_server:start({local, ${name}}, odd_states, ${STATES[index]!}, [])`,
      ).join(),
    );
  const stop = (): Promise<string> => node.eval(NAMES.map((name) => `gen_server:stop(${name})`).join());
  const groupOf = async (target: Target): Promise<ProcessGroup> =>
    new ProcessGroup(await Promise.all(NAMES.map(async (name) => (await whereis(target, atom(name)))!)));

  it("are read as sys:get_state/2 reads them", async () => {
    await using target = await connectTo(node);
    await start();
    const ours = (await stateOfEach(target, await groupOf(target), 30_000)).map((outcome) =>
      outcome.kind === "returned" ? printTerm(outcome.value) : outcome.kind,
    );
    const theirs = NAMES.map((name) => `try sys:get_state(${name}) catch error:_ -> raised end`);
    expect(`[${ours.join()}]`).toBe(await node.eval(`[${theirs.join()}]`));
    await stop();
  });

  it("are kept, and put back exactly", async () => {
    await using target = await connectTo(node);
    await start();
    const guardian = await Guardian.post(target, { holder, leaseMs: 60_000, callMs: 10_000 });
    const group = await groupOf(target);
    const batches = group.batches.map(({ encoded }) => encoded);
    const action = undo.putStates(1, "odd_states");
    await guardian.note([row.group(1, batches), tuple(tuple(atom("undo"), 0, -1), binary("put states"), action)]);
    await keepStates(target, { group, id: 1, states: guardian.states, timeoutMs: 30_000 });
    const states = (): Promise<string> => node.eval(`[${NAMES.map((name) => `gen_server:call(${name}, get)`).join()}]`);
    await node.eval(NAMES.map((name) => `sys:replace_state(${name}, fun(_) -> changed end)`).join());
    expect(await states()).toBe(`[${NAMES.map(() => "changed").join()}]`);
    expect(await guardian.rollBack()).toMatchObject({ phase: "rolled_back" });
    expect(await states()).toBe(`[${STATES.join()}]`);
    await guardian.forget();
    await stop();
  });
});
