import { afterAll, beforeAll, expect, it } from "vitest";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { findRecord, LAST, LOCK, UNDONE } from "../../../src/engine/guardian/record.js";
import { keepStates } from "../../../src/engine/guardian/keep-states.js";
import { row, undo } from "../../../src/engine/guardian/undo-action.js";
import { ProcessGroup } from "../../../src/otp/process-group.js";
import { whereis } from "../../../src/otp/process.js";
import type { Target } from "../../../src/target/target.js";
import { atom, binary, list, tuple, type Pid, type Term } from "../../../src/terms/term.js";
import { connectTo } from "../../support/connect.js";
import { describeErlang } from "../../support/erlang.js";
import { startNode, type PeerNode } from "../../support/peer.js";
import { holder } from "./holder.js";

const options = { holder, leaseMs: 60_000, callMs: 10_000 };
const entry = (order: number, what: string, action: Term): Term =>
  tuple(tuple(atom("undo"), 0, -order), binary(what), action);

async function pidOf(target: Target, name: string): Promise<Pid> {
  const pid = await whereis(target, atom(name));
  if (pid === undefined) throw new Error(`no process is registered as ${name}`);
  return pid;
}

describeErlang("the guardian on a node", () => {
  let node: PeerNode;
  const open = (): Promise<Target> => connectTo(node);
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    await node.stop();
  });

  it("locks the node, and says for whom", async () => {
    await using target = await open();
    const guardian = await Guardian.post(target, options);
    await expect(Guardian.post(target, options)).rejects.toThrow(
      "another upgrade holds the lock of the node: a 1 -> 2",
    );
    expect(await findRecord(target, LOCK)).toMatchObject({ holder, phase: "upgrading" });
    await guardian.forget();
    expect(await findRecord(target, LOCK)).toBeUndefined();
    const next = await Guardian.post(target, options);
    await next.forget();
  });

  it("takes back what was noted, the last thing first, when it is asked to", async () => {
    await using target = await open();
    await node.eval(
      `register(seen, spawn(fun F() -> receive {get, From} -> From ! {messages, process_info(self(), messages)}, F() end end))`,
    );
    const guardian = await Guardian.post(target, options);
    const send = (what: string): Term =>
      undo.call({ module: "erlang", function: "send", args: [atom("seen"), atom(what)] });
    await guardian.note([entry(1, "first", send("one"))]);
    await guardian.note([
      entry(2, "second", send("two")),
      entry(3, "third", tuple(atom("call"), atom("erlang"), atom("error"), list(atom("no")))),
    ]);
    expect(await guardian.rollBack()).toEqual({
      phase: "failed",
      cause: "requested",
      undone: [
        { what: "third", order: -3, failure: tuple(atom("error"), atom("no")) },
        { what: "second", order: -2, failure: undefined },
        { what: "first", order: -1, failure: undefined },
      ],
    });
    expect(await node.eval("seen ! {get, self()}, receive {messages, M} -> M end")).toBe("{messages,[two,one]}");
    // What could not be taken back keeps the node locked.
    await expect(Guardian.post(target, options)).rejects.toThrow("not everything could be taken back");
    await guardian.forget();
  });

  it("resumes what was suspended when the connection is gone", async () => {
    await using other = await open();
    await node.eval("register(pool, element(2, gen_event:start())), ok");
    const client = await open();
    const guardian = await Guardian.post(client, options);
    const pool = await pidOf(other, "pool");
    const group = new ProcessGroup([pool]);
    const batches = group.batches.map(({ encoded }) => encoded);
    await guardian.note([row.group(1, batches), row.suspended(1), entry(1, "resume", undo.resume(1, "pool"))]);
    await node.eval("sys:suspend(pool)");
    await client[Symbol.asyncDispose]();
    await expect.poll(() => node.eval("whereis(relupctl)")).toBe("undefined");
    expect(await node.eval("gen_event:which_handlers(pool)")).toBe("[]");
    expect(await findRecord(other, UNDONE)).toMatchObject({ phase: "rolled_back" });
  });

  it("takes back what was done when it hears nothing of us for the time of the lease, and lets nothing more be done", async () => {
    await using target = await open();
    // Its renewal is held up as if this program had been stopped.
    const guardian = await Guardian.post(target, { ...options, leaseMs: 4_000 });
    guardian.leave();
    await guardian.note([
      entry(1, "tell", undo.call({ module: "erlang", function: "put", args: [atom("a"), atom("b")] })),
    ]);
    await expect.poll(() => node.eval("whereis(relupctl)")).toBe("undefined");
    await expect(guardian.note([])).rejects.toThrow("the node has begun to take the upgrade back by itself");
    expect(await guardian.rollBack()).toMatchObject({ phase: "rolled_back", undone: [{ what: "tell" }] });
    await guardian.forget();
  });

  it("ends calls that still change something before it takes anything back", async () => {
    await using target = await open();
    const guardian = await Guardian.post(target, options);
    const late = guardian.target.call({ module: "timer", function: "sleep", args: [60_000] }, { timeoutMs: 60_000 });
    await expect
      .poll(() =>
        node.eval(`length(ets:match(element(1, element(1, element(2, lists:keyfind(relupctl, 1,
      element(2, process_info(whereis(relupctl), dictionary)))))), {{actor, '$1'}}))`),
      )
      .toBe("1");
    expect(await guardian.rollBack()).toMatchObject({ phase: "rolled_back" });
    expect(await late).toMatchObject({ kind: "raised" });
    await guardian.forget();
  });

  it("holds a process whose state can't be put back, and lets it go when it answers at last", async () => {
    await using target = await open();
    await node.eval("register(held, element(2, gen_event:start())), register(free, element(2, gen_event:start())), ok");
    const guardian = await Guardian.post(target, { ...options, callMs: 1_000 });
    const group = new ProcessGroup([await pidOf(target, "held"), await pidOf(target, "free")]);
    await guardian.note([
      row.group(
        1,
        group.batches.map(({ encoded }) => encoded),
      ),
      entry(1, "resume", undo.resume(1, "nobody")),
      entry(2, "put states", undo.putStates(1, "nobody")),
    ]);
    const { states } = guardian;
    await keepStates(target, { group, id: 1, states, timeoutMs: 30_000 });
    // The runtime itself stops it, so that it answers nothing.
    await node.eval(
      "sys:suspend(held), sys:suspend(free), register(stopper, spawn(fun() -> " +
        "erlang:suspend_process(whereis(held)), receive go_on -> ok end end)), " +
        "Wait = fun Wait() -> process_info(whereis(held), status) =:= {status, suspended} orelse Wait() end, Wait()",
    );
    const { phase, undone } = await guardian.rollBack();
    expect({ phase, failed: undone.map(({ what, failure }) => failure !== undefined && what) }).toEqual({
      phase: "failed",
      failed: ["put states", "resume"],
    });
    expect(await node.eval("gen_event:which_handlers(free)")).toBe("[]");
    expect(await node.eval("whereis(relupctl) =/= undefined")).toBe("true");
    await node.eval("stopper ! go_on");
    await expect.poll(() => node.eval("whereis(relupctl)")).toBe("undefined");
    expect(await node.eval("gen_event:which_handlers(held)")).toBe("[]");
    expect(await findRecord(target, UNDONE)).toMatchObject({ phase: "rolled_back" });
    await guardian.forget();
  });

  it("leaves the last upgrade that was done alone when a later one is taken back", async () => {
    await using target = await open();
    const first = await Guardian.post(target, options);
    expect(await first.upgraded()).toBe(true);
    const second = await Guardian.post(target, options);
    expect(await second.rollBack()).toMatchObject({ phase: "rolled_back" });
    await second.forget();
    expect(await findRecord(target, LAST)).toMatchObject({ phase: "upgraded" });
    expect(await first.rollBack()).toMatchObject({ phase: "rolled_back" });
    await first.forget();
    expect(await findRecord(target, LAST)).toBeUndefined();
    expect(await findRecord(target, UNDONE)).toBeUndefined();
  });

  it("is got by one of two clients that race for it, a hundred times", async () => {
    await using one = await open();
    await using two = await open();
    for (let round = 0; round < 100; round++) {
      const posted = await Promise.allSettled([Guardian.post(one, options), Guardian.post(two, options)]);
      const [won] = posted.filter((each) => each.status === "fulfilled");
      const [lost] = posted.filter((each) => each.status === "rejected");
      expect(String(lost?.reason)).toContain("another upgrade");
      await won!.value.forget();
    }
    expect(await node.eval("whereis(relupctl)")).toBe("undefined");
  });
});
