import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import { describeErlang } from "../../support/erlang.js";
import { endingOf, faults, upgradeTwins, type Compared } from "./compare.js";
import {
  APP,
  type ChildSpec,
  type ModuleSource,
  type SupervisorSpec,
  type UpgradeCase,
  type Version,
} from "./model.js";
import { until } from "../../support/peer.js";
import { Twins } from "./twins.js";

/** For each question to a process where one of them answers nothing; the others do by then. */
const OBSERVE_MS = 1_000;

/** A gen_server under test that counts in its state how often its code was changed. */
const worker = (version: Version, init: string): ModuleSource => ({
  kind: "written",
  name: "worker",
  version,
  vsn: String(version),
  body: `
-export([start_link/1, init/1, handle_call/3, handle_cast/2, code_change/3]).
start_link(Name) -> gen_server:start_link({local, Name}, worker, Name, []).
init(Name) -> ${init}.
handle_call(wait, _, State) -> receive go_on -> {reply, ok, State} end;
handle_call(_, _, State) -> {reply, State, State}.
handle_cast(_, State) -> {noreply, State}.
code_change(_, {Name, Number}, _) -> {ok, {Name, Number + 1}}.`,
});

const GOOD_INIT = "{ok, {Name, 0}}";

const child = (id: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  id,
  start: `{worker, start_link, [${id}]}`,
  restart: "permanent",
  shutdown: "1000",
  type: "worker",
  modules: ["worker"],
  ...more,
});

interface Described {
  readonly script: readonly string[];
  readonly supervisor?: Partial<SupervisorSpec>;
  /** What init/1 of version 2 is. */
  readonly init?: string;
  readonly afterStart?: readonly string[];
  /** A process that answers nothing from before the upgrade until both have ended. */
  readonly stuck?: string;
}

/** Expressions that have processes answer nothing until they get the message go_on. */
const stick = (names: readonly string[]): string =>
  names
    .map(
      (name) => `spawn(fun() -> gen_server:call(${name}, wait, infinity) end),
      ${until(`process_info(whereis(${name}), current_function) =:= {current_function, {worker, handle_call, 3}}`)}`,
    )
    .join(", ");

function caseOf({ script, supervisor, init, afterStart }: Described): UpgradeCase {
  const spec: SupervisorSpec = {
    strategy: "one_for_one",
    intensity: 5,
    period: 5,
    children: [child("worker_1"), child("worker_2")],
    ...supervisor,
  };
  const application = (version: Version) => ({
    version,
    keys: [`{description, "rules"}`, "{registered, []}", "{applications, [kernel, stdlib]}"],
    modules: [
      worker(version, version === 2 ? (init ?? GOOD_INIT) : GOOD_INIT),
      { kind: "application", name: "rules_app", version: 1, vsn: undefined, top: "top" },
      { kind: "supervisor", name: "top", version: 1, vsn: undefined, supervisors: new Map([["top", spec]]) },
    ] satisfies ModuleSource[],
  });
  return {
    versions: { 1: application(1), 2: application(2) },
    up: [`{load_object_code, {${APP}, "2", [worker]}}`, "point_of_no_return", ...script],
    down: [],
    loaded: [],
    afterStart: afterStart ?? [],
  };
}

const LOAD = "{load, {worker, brutal_purge, brutal_purge}}";
const CHANGE = "{code_change, up, [{worker, []}]}";
const SIMPLE: Partial<SupervisorSpec> = {
  strategy: "simple_one_for_one",
  children: [child("template", { start: "{worker, start_link, []}" })],
};
const START_SIMPLE = ["{ok, _} = supervisor:start_child(top, [worker_1])"];

/** Where relupctl deliberately doesn't do what OTP does. Each rule stands in docs/architecture.md. */
describeErlang("rules that OTP doesn't have", () => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.start();
  });
  afterAll(async () => {
    await twins[Symbol.asyncDispose]();
  });

  /** Upgrades a described application on both nodes, and gives also what ours looked like before. */
  async function upgrade(described: Described): Promise<{ compared: Compared; before: string[] }> {
    const upgradeCase = caseOf(described);
    const directories = await twins.build(upgradeCase);
    try {
      await twins.startApplication(upgradeCase, directories[1]);
      const before = await twins.snapshot(twins.ours, upgradeCase);
      const { stuck } = described;
      if (stuck !== undefined) await Promise.all(twins.both.map(({ node }) => node.eval(stick([stuck]))));
      const options = stuck === undefined ? {} : { observeTimeoutMs: OBSERVE_MS };
      const afterwards = stuck === undefined ? "ok" : `${stuck} ! go_on`;
      return { compared: await upgradeTwins(twins, upgradeCase, 2, directories[2], options, afterwards), before };
    } finally {
      await twins.clean(upgradeCase);
    }
  }

  const statesOf = ({ snapshot }: Compared["otp"]): string[] =>
    snapshot.filter((line) => line.startsWith("{process,worker_"));

  it("fails where a stopped child doesn't start, which OTP passes over (child-not-started)", async () => {
    const { compared, before } = await upgrade({
      script: ["{stop, [worker]}", LOAD, "{start, [worker]}"],
      init: "case Name of worker_2 -> {stop, unwilling}; _ -> {ok, {Name, 0}} end",
    });
    expect(endingOf(compared)).toBe("only OTP upgraded");
    expect(statesOf(compared.otp)).toEqual([expect.stringContaining("{process,worker_1,")]);
    expect(compared.applied.execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "child-not-started" },
    });
    expect(faults(compared, before)).toEqual([]);
    expect(statesOf(compared.ours)).toHaveLength(2);
  });

  it("fails where a child can't be stopped, which OTP passes over (child-not-stopped)", async () => {
    const { compared, before } = await upgrade({
      script: ["{stop, [worker]}", LOAD, "{start, [worker]}"],
      init: "{ok, {Name, 100}}",
      supervisor: SIMPLE,
      afterStart: START_SIMPLE,
    });
    expect(endingOf(compared)).toBe("only OTP upgraded");
    // OTP has loaded new code under the old process.
    expect(compared.otp.snapshot).toContainEqual(expect.stringMatching(/^\{module,worker,.*shop-2/));
    expect(statesOf(compared.otp)).toEqual(["{process,worker_1,{gen_server,running},{worker_1,0}}"]);
    expect(compared.applied.execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "child-not-stopped" },
    });
    expect(faults(compared, before)).toEqual([]);
  });

  it("fails where an application doesn't start again, which OTP passes over (application-not-started)", async () => {
    const call = (fun: string): string => `{apply, {application, ${fun}, [${APP}]}}`;
    const { compared, before } = await upgrade({
      script: [call("stop"), LOAD, call("start")],
      init: "{stop, unwilling}",
      afterStart: [`ok = application:stop(${APP})`, `ok = application:start(${APP}, transient)`],
    });
    expect(endingOf(compared)).toBe("only OTP upgraded");
    expect(compared.otp.snapshot).toContain("{running,false,false}");
    expect(compared.applied.execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "application-not-started" },
    });
    expect(faults(compared, before)).toEqual([]);
    expect(compared.ours.snapshot).toContain(`{running,{${APP},"rules","1"},{${APP},transient}}`);
    expect(statesOf(compared.ours)).toHaveLength(2);
  });

  it("fails where a process doesn't answer the suspend, which OTP drops (process-not-responding)", async () => {
    const { compared, before } = await upgrade({
      script: ["{suspend, [{worker, 1500}]}", LOAD, CHANGE, "{resume, [worker]}"],
      stuck: "worker_2",
    });
    expect(endingOf(compared)).toBe("only OTP upgraded");
    expect(statesOf(compared.otp)).toEqual([
      "{process,worker_1,{gen_server,running},{worker_1,1}}",
      "{process,worker_2,{gen_server,running},{worker_2,0}}",
    ]);
    expect(compared.applied.execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "process-not-responding" },
    });
    expect(faults(compared, before)).toEqual([]);
  });

  it("waits for all processes that don't answer at the same time, which OTP does one after another", async () => {
    const names = ["worker_1", "worker_2", "worker_3", "worker_4", "worker_5", "worker_6"];
    const [free, ...stuck] = names;
    const upgradeCase = caseOf({
      script: ["{suspend, [{worker, 2000}]}", LOAD, CHANGE, "{resume, [worker]}"],
      supervisor: { children: names.map((name) => child(name)) },
    });
    const directories = await twins.build(upgradeCase);
    try {
      await twins.startApplication(upgradeCase, directories[1]);
      const before = await twins.snapshot(twins.ours, upgradeCase);
      await twins.ours.node.eval(stick(stuck));
      const prepared = await readApplicationUpgrade(twins.target, directories[2]);
      const options = { allowed: ["process-not-responding"], observeTimeoutMs: OBSERVE_MS };
      const { execution } = await applyUpgrade(twins.target, prepared, options);
      expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "process-not-responding" } });
      expect(execution?.tally.failed.size).toBe(stuck.length);
      const suspend = execution!.steps.find(({ step }) => step.instruction.instruction === "suspend")!;
      expect(suspend).toMatchObject({ status: "failed" });
      // More than the time for one, less than that for all five.
      expect(suspend.durationMs).toBeGreaterThan(2_000);
      expect(suspend.durationMs).toBeLessThan(9_000);
      // Who wasn't stuck goes on at once, the others when they answer again.
      expect(await twins.ours.node.eval(`gen_server:call(${free!}, state)`)).toBe(`{${free!},0}`);
      await twins.ours.node.eval(stuck.map((name) => `${name} ! go_on`).join(", "));
      await expect.poll(() => twins.snapshot(twins.ours, upgradeCase)).toEqual(before);
    } finally {
      await twins.clean(upgradeCase);
    }
  });

  it("goes on where a suspended process ends, which stops OTP half-way", async () => {
    const kill = "{apply, {upgrade_kit, kill, [worker_1]}}";
    const { compared } = await upgrade({
      script: ["{suspend, [worker]}", LOAD, kill, CHANGE, "{resume, [worker]}"],
    });
    expect(endingOf(compared)).toBe("only ours upgraded");
    expect(compared.answer).toContain("noproc");
    expect(statesOf(compared.otp)).toContain("{process,worker_2,{gen_server,suspended},{worker_2,1}}");
    expect(statesOf(compared.ours)).toEqual([
      "{process,worker_1,{gen_server,running},{worker_1,0}}",
      "{process,worker_2,{gen_server,running},{worker_2,1}}",
    ]);
    expect([...(compared.applied.execution?.tally.dead ?? [])]).toHaveLength(1);
  });

  it("starts a child that two modules have once, and leaves a temporary one stopped, as OTP", async () => {
    const { compared, before } = await upgrade({
      script: ["{stop, [worker, rules_app]}", LOAD, "{start, [rules_app, worker]}"],
      supervisor: {
        children: [
          child("worker_1", { modules: ["rules_app", "worker"] }),
          child("worker_2", { restart: "temporary" }),
        ],
      },
    });
    expect(endingOf(compared)).toBe("both upgraded");
    expect(faults(compared, before)).toEqual([]);
    expect(statesOf(compared.ours)).toEqual(["{process,worker_1,{gen_server,running},{worker_1,0}}"]);
  });
});
