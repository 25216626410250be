import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../src/distribution/index.js";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { findRecord, LOCK } from "../../../src/engine/guardian/record.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import type { Target } from "../../../src/target/target.js";
import { atom } from "../../../src/terms/term.js";
import { buildRelease, type BuiltRelease } from "../../support/erlang-release.js";
import { describeErlang } from "../../support/erlang.js";
import type { PeerNode } from "../../support/peer.js";
import { changed } from "./paced.js";

const call = (module: string, fun: string, ...args: string[]): LowLevelInstruction => ({
  instruction: "apply",
  mfa: { module, function: fun, args: args.map((arg) => atom(arg)) },
});
/** Nothing takes back what is called here. */
const LASTING = call("persistent_term", "put", "paced_marker", "set");
const NONE = call("paced", "no_such_function");
const FAILING = { extra: "{fail, paced_2}" };

describeErlang("a release that can't be upgraded", () => {
  let built: BuiltRelease;
  let node: PeerNode;
  let target: Target;
  // Through epmd: after a restart the node listens at another port.
  const open = (): Promise<Target> =>
    connect({ node: node.name, cookie: node.cookie, timeoutMs: 30_000, epmdPort: node.epmdPort });
  beforeAll(async () => {
    built = await buildRelease("paced", "paced", ["1", "2"]);
    node = await built.start("1");
    target = await open();
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const look = (): Promise<string> =>
    node.eval(`{status, _, _, [_, Status | _]} = sys:get_status(paced_1), {Status, sys:get_state(paced_1),
      proplists:get_value(vsn, paced:module_info(attributes)), persistent_term:get(paced_marker, undefined)}`);

  it("is left as it is where that is wanted: suspended and locked, until somebody has it taken back", async () => {
    const before = await look();
    const prepared = changed(await readReleaseUpgrade(target, "2"), FAILING);
    const { execution } = await applyUpgrade(target, prepared, { onFailure: "leave" });
    expect(execution).toMatchObject({
      outcome: "failed",
      failure: { code: "code-change-failed" },
      notUndone: [{ code: "left-as-it-is" }],
    });
    expect(await look()).toBe('{suspended,{n,0},"2",undefined}');
    const record = await findRecord(target, LOCK);
    expect(record).toMatchObject({ phase: "failed" });
    await expect(applyUpgrade(target, prepared)).rejects.toMatchObject({ problems: [{ code: "locked" }] });
    // As recover and rollback do.
    expect(await node.eval("whereis(relupctl) ! {roll_back, self(), ref}, receive {ref, Phase} -> Phase end")).toBe(
      "rolled_back",
    );
    expect(await look()).toBe(before);
  });

  it("needs attention where a step that was done can't be taken back, and everything else is", async () => {
    const prepared = await readReleaseUpgrade(target, "2");
    const script = [LASTING, ...prepared.upgrade.script, NONE];
    const { execution, plan } = await applyUpgrade(
      target,
      { ...prepared, upgrade: { ...prepared.upgrade, script } },
      {
        allowed: ["apply-before-point-of-no-return"],
      },
    );
    expect(plan.steps[0]?.undo).toBe("none");
    expect(execution).toMatchObject({
      outcome: "failed",
      failure: { code: "apply-failed" },
      notUndone: [
        { code: "step-not-undoable", summary: "step 1 can't be taken back: it called persistent_term:put/2" },
      ],
    });
    expect(await look()).toBe('{running,0,"1",set}');
    // The node is free again.
    expect(await findRecord(target, LOCK)).toBeUndefined();
    await node.eval("persistent_term:erase(paced_marker)");
  });

  it("is restarted into its permanent release where that is wanted and not everything can be taken back", async () => {
    const taken = await applyUpgrade(target, changed(await readReleaseUpgrade(target, "2"), FAILING), {
      onFailure: "restart",
      reconnect: open,
    });
    // What can be taken back needs no restart.
    expect(taken.execution).toMatchObject({ outcome: "rolled_back", restart: undefined });
    const prepared = await readReleaseUpgrade(target, "2");
    const script = [LASTING, ...prepared.upgrade.script, NONE];
    const { execution } = await applyUpgrade(
      target,
      { ...prepared, upgrade: { ...prepared.upgrade, script } },
      { allowed: ["apply-before-point-of-no-return"], onFailure: "restart", reconnect: open },
    );
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "apply-failed" },
      restart: { release: { name: "paced", vsn: "1" } },
    });
    expect(execution?.restart?.creation.after).not.toBe(execution?.restart?.creation.before);
    await using again = await open();
    expect(again.identity.creation).toBe(execution?.restart?.creation.after);
    const call_ = await again.call(
      { module: "sys", function: "get_state", args: [atom("paced_1")] },
      { timeoutMs: 30_000 },
    );
    expect(call_).toEqual({ kind: "returned", value: 0 });
  });
});
