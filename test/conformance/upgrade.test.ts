import { afterAll, describe, expect, it } from "vitest";
import { applyUpgrade, type Applied } from "../../src/engine/apply.js";
import { observe } from "../../src/engine/observe.js";
import { planUpgrade } from "../../src/engine/plan.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import { readReleaseUpgrade } from "../../src/engine/source/release.js";
import { invoke } from "../../src/otp/invoke.js";
import type { Target } from "../../src/target/target.js";
import { encodeInstruction } from "../../src/release/script.js";
import { printTerm } from "../../src/terms/print.js";
import { atom, Pid, type Term } from "../../src/terms/term.js";
import type { Facts, ObservedProcess } from "../../src/upgrade/facts.js";
import { describeErlang } from "../support/erlang.js";
import { DEMO_RELEASES, embeddedKind, realKind, type DemoRelease, type TargetKind } from "./targets.js";

/**
 * One suite for both kinds of target. Each observation is held against one expectation, so what passes on both kinds is
 * the same on both.
 */

/** Processes of the demo application, told apart by name: pids differ between nodes. */
function described(facts: Facts, application: string): object[] {
  const name = (pid: string | undefined): string | undefined =>
    facts.processes.find(({ text }) => text === pid)?.registeredName;
  return facts.processes
    .filter((process) => process.application === application)
    .map((process: ObservedProcess) => ({
      name: process.registeredName,
      supervisor: name(process.supervisor),
      id: process.id === undefined ? undefined : printTerm(process.id),
      type: process.type,
      modules: process.modules,
      callbackModule: process.callbackModule,
      hidden: process.hidden,
    }))
    .sort((a, b) => String(a.name).localeCompare(String(b.name)));
}

const stateOf = async (target: Target, name: string): Promise<string> =>
  printTerm(await invoke(target, "sys:get_state/2", [atom(name), 30_000]));

async function seenByClient(
  target: Target,
): Promise<{ calls: number; answers: number; skipped: number; repeated: number }> {
  const text = await stateOf(target, "counter_client");
  const number = (key: string): number => Number(new RegExp(`${key} => (-?\\d+)`).exec(text)?.[1]);
  return {
    calls: number("calls"),
    answers: number("answers"),
    skipped: number("skipped"),
    repeated: number("repeated"),
  };
}

const scriptOf = (applied: Pick<Applied, "plan">): string[] =>
  applied.plan.steps.map(({ instruction }) => printTerm(encodeInstruction(instruction)));

function suite(kind: TargetKind): void {
  afterAll(() => kind.close());

  it("walks the tree of counter", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const facts = await observe(booted.target, { modules: [], probe: [], timeoutMs: 30_000 });
    expect(facts.anomalies).toEqual([]);
    const worker = (name: string) => ({
      ...{ name, supervisor: "counter_sup", id: name, type: "worker", modules: [name], callbackModule: name },
      hidden: false,
    });
    expect(described(facts, "counter")).toEqual([
      worker("counter"),
      worker("counter_client"),
      {
        ...{ name: "counter_sup", supervisor: undefined, id: undefined, type: "supervisor" },
        ...{ modules: ["counter_sup"], callbackModule: "counter_sup", hidden: false },
      },
    ]);
  });

  it("upgrades counter and takes it down again, and the client loses no call", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target } = booted;
    await expect.poll(async () => (await seenByClient(target)).answers).toBeGreaterThan(5);
    const up = await applyUpgrade(target, await readReleaseUpgrade(target, "0.2.0"), { soakMs: 50 });
    expect(up.refusedFor).toEqual([]);
    expect(up.execution).toMatchObject({ outcome: "upgraded", failure: undefined });
    expect(scriptOf(up)).toEqual([
      '{load_object_code,{counter,"0.2.0",[counter]}}',
      "point_of_no_return",
      "{suspend,[counter]}",
      "{load,{counter,brutal_purge,brutal_purge}}",
      "{code_change,up,[{counter,[]}]}",
      "{resume,[counter]}",
    ]);
    expect(up.execution?.steps.map(({ processes }) => processes)).toEqual([0, 0, 1, 0, 1, 1]);
    expect(await stateOf(target, "counter")).toMatch(/^{counted,\d+}$/);

    const down = await applyUpgrade(target, await readReleaseUpgrade(target, "0.1.0"), { soakMs: 50 });
    expect(down.execution).toMatchObject({ outcome: "upgraded", failure: undefined });
    expect(scriptOf(down).slice(2)).toEqual([
      "{suspend,[counter]}",
      "{code_change,down,[{counter,[]}]}",
      "{load,{counter,brutal_purge,brutal_purge}}",
      "{resume,[counter]}",
    ]);
    expect(await stateOf(target, "counter")).toMatch(/^\d+$/);
    const seen = await seenByClient(target);
    expect(seen).toMatchObject({ skipped: 0, repeated: 0 });
    expect(seen.calls - seen.answers).toBeLessThanOrEqual(1);
  });

  it("leaves code, specification and code path of the new version", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target, root } = booted;
    await applyUpgrade(target, await readReleaseUpgrade(target, "0.2.0"));
    const facts = await observe(target, { modules: ["counter"], probe: [], timeoutMs: 30_000 });
    expect(facts.applications.find(({ name }) => name === "counter")?.vsn).toBe("0.2.0");
    expect(facts.modules.get("counter")?.file).toMatch(`${root}/lib/counter-0.2.0/ebin/counter.`);
    expect(facts.modules.get("counter")?.hasOldCode).toBe(false);
    expect(printTerm(await invoke(target, "code:lib_dir/1", [atom("counter")]))).toBe(`"${root}/lib/counter-0.2.0"`);
  });

  it("takes back an upgrade whose code_change fails", async () => {
    await using booted = await kind.boot("counter", "0.2.0");
    const { target, root } = booted;
    const before = await observe(target, { modules: ["counter"], probe: [], timeoutMs: 30_000 });
    const applied = await applyUpgrade(target, await readReleaseUpgrade(target, "0.3.0"));
    expect(applied.execution).toMatchObject({ outcome: "rolled_back", failure: { code: "code-change-failed" } });
    expect(applied.execution?.failure?.summary).toContain('{cannot_take_over,"0.2.0",{counted,');
    expect(applied.execution?.steps.map(({ status }) => status)).toEqual([
      ...["done", "done", "done", "done"],
      ...["failed", "not_executed"],
    ]);
    const after = await observe(target, { modules: ["counter"], probe: [], timeoutMs: 30_000 });
    expect(after.modules.get("counter")?.md5).toBe(before.modules.get("counter")?.md5);
    expect(after.applications).toEqual(before.applications);
    expect(printTerm(await invoke(target, "code:lib_dir/1", [atom("counter")]))).toBe(`"${root}/lib/counter-0.2.0"`);
    expect(await stateOf(target, "counter")).toMatch(/^{counted,\d+}$/);
    const { answers } = await seenByClient(target);
    await expect.poll(async () => (await seenByClient(target)).answers).toBeGreaterThan(answers);
    expect(await seenByClient(target)).toMatchObject({ skipped: 0, repeated: 0 });
  });

  it("finds the store whose child specification names the wrong module, and refuses", async () => {
    await using booted = await kind.boot("store", "1.0.0");
    const applied = await applyUpgrade(booted.target, await readReleaseUpgrade(booted.target, "2.0.0"));
    expect(applied.execution).toBeUndefined();
    expect(applied.refusedFor).toMatchObject([
      { code: "callback-not-declared", severity: "error", module: "Elixir.MyStore.Server" },
    ]);
    const [finding] = applied.refusedFor;
    expect(finding?.pids).toHaveLength(3);
    expect(finding?.detail).toContain("under the supervisor Elixir.MyStore.Stores");
    expect(finding?.detail).toContain("['Elixir.MyStore']");
    const covered = applied.plan.coverage.map(({ module, migrated, reloaded, missed }) => [
      module,
      ...[migrated.length, reloaded.length, missed.length],
    ]);
    expect(covered).toEqual([
      ["Elixir.MyStore.Server", 0, 0, 3],
      ["Elixir.MyStore.Stores", 1, 0, 0],
      ["Elixir.MyStore", 0, 3, 0],
    ]);
  });

  it("converts the state of the store from the version that is right", async () => {
    await using booted = await kind.boot("store", "1.0.1");
    const { target } = booted;
    const applied = await applyUpgrade(target, await readReleaseUpgrade(target, "2.0.0"), { showStates: true });
    expect(applied.execution?.outcome).toBe("upgraded");
    expect([...applied.execution!.tally.migrated]).toHaveLength(3);
    const fruit = applied.states.find(({ process }) => process.registeredName === "fruit");
    expect(printTerm(fruit!.before!)).toBe('[{<<"apple">>,3},{<<"pear">>,5}]');
    expect(printTerm(fruit!.after!)).toBe('#{<<"apple">> => 3,<<"pear">> => 5}');
  });

  it("mends the child specification by upgrading the supervisor, after which the servers are found", async () => {
    await using booted = await kind.boot("store", "1.0.0");
    const { target } = booted;
    const first = await applyUpgrade(target, await readReleaseUpgrade(target, "1.0.1"));
    expect(first.execution?.outcome).toBe("upgraded");
    const second = await applyUpgrade(target, await readReleaseUpgrade(target, "2.0.0"));
    expect(second.refusedFor).toEqual([]);
    expect(second.execution?.tally.migrated.size).toBe(3);
    expect(await stateOf(target, "tools")).toBe('#{<<"hammer">> => 1}');
  });

  it("changes the servers of that store all the same where the user includes what is missed", async () => {
    await using booted = await kind.boot("store", "1.0.0");
    const { target } = booted;
    const prepared = await readReleaseUpgrade(target, "2.0.0");
    const applied = await applyUpgrade(target, {
      ...prepared,
      upgrade: { ...prepared.upgrade, includeMissed: true },
    });
    expect(applied.refusedFor).toEqual([]);
    expect(applied.plan.coverage.flatMap(({ reasons }) => reasons)).toMatchObject([
      { outcome: "migrated", reason: "included", processes: { length: 3 } },
      { outcome: "migrated", reason: "declared", processes: { length: 1 } },
      { outcome: "reloaded", reason: "named-only", processes: { length: 3 } },
    ]);
    expect(applied.execution?.outcome).toBe("upgraded");
    expect(await stateOf(target, "tools")).toBe('#{<<"hammer">> => 1}');
  });

  it("upgrades one application from its directory", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target, root } = booted;
    const prepared = await readApplicationUpgrade(target, `${root}/lib/counter-0.2.0`);
    const { plan } = await planUpgrade(target, prepared.upgrade);
    expect(plan.findings).toEqual([]);
    expect(plan.upgrade).toMatchObject({ kind: "application", from: "0.1.0", to: "0.2.0", direction: "up" });
    const applied = await applyUpgrade(target, prepared, { agreed: plan.basis });
    expect(applied.execution?.outcome).toBe("upgraded");
    expect(await stateOf(target, "counter")).toMatch(/^{counted,\d+}$/);
  });

  it("refuses a plan made on other facts", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target } = booted;
    const prepared = await readReleaseUpgrade(target, "0.2.0");
    const { plan } = await planUpgrade(target, prepared.upgrade);
    const modules = { ...plan.basis.modules, counter: { md5: "0".repeat(32), vsn: null } };
    const applied = await applyUpgrade(target, prepared, { agreed: { ...plan.basis, modules } });
    expect(applied.execution).toBeUndefined();
    expect(applied.differences).toMatchObject([{ kind: "module", name: "counter", planned: `MD5 ${"0".repeat(32)}` }]);
    expect(applied.refusedFor).toMatchObject([{ code: "stale-plan" }]);
  });

  it.each([
    ["a version that isn't there", "9.9.9", "release-not-found"],
    ["the version that runs", "0.1.0", "already-installed"],
  ])("refuses %s", async (_, vsn, code) => {
    await using booted = await kind.boot("counter", "0.1.0");
    await expect(readReleaseUpgrade(booted.target, vsn)).rejects.toMatchObject({ problems: [{ code }] });
  });

  it("answers the same terms to the same calls", async () => {
    await using booted = await kind.boot("counter", "0.1.0");
    const { target } = booted;
    const answers: Record<string, string> = {};
    const calls: [string, string, Term[]][] = [
      ["sys", "suspend", [atom("counter")]],
      ["sys", "resume", [atom("counter")]],
      ["sys", "suspend", [atom("no_such_process"), 100]],
      ["supervisor", "terminate_child", [atom("counter_sup"), atom("no_such_child")]],
      ["supervisor", "get_callback_module", [atom("counter_sup")]],
      ["code", "lib_dir", [atom("no_such_application")]],
      ["code", "which", [atom("no_such_module")]],
      ["erlang", "check_old_code", [atom("counter")]],
      ["code", "soft_purge", [atom("counter")]],
      ["application", "get_all_env", [atom("counter")]],
      ["application_controller", "get_master", [atom("no_such_application")]],
      ["no_such_module", "f", []],
      ["erlang", "error", [atom("oops")]],
      ["erlang", "exit", [atom("oops")]],
      ["erlang", "throw", [atom("oops")]],
      [
        "proc_lib",
        "translate_initial_call",
        [new Pid(atom(target.identity.node), 32_000, 0, target.identity.creation)],
      ],
    ];
    for (const [module, fun, args] of calls) {
      const outcome = await target.call({ module, function: fun, args }, { timeoutMs: 30_000 });
      answers[
        `${module}:${fun}/${args.length} ${args.map((arg) => (arg instanceof Pid ? "pid" : printTerm(arg))).join(" ")}`
      ] =
        outcome.kind === "returned"
          ? printTerm(outcome.value)
          : outcome.kind === "raised"
            ? `${outcome.class} ${printTerm(outcome.reason)}`
            : outcome.kind;
    }
    expect(answers).toMatchInlineSnapshot(`
      {
        "application:get_all_env/1 counter": "[]",
        "application_controller:get_master/1 no_such_application": "undefined",
        "code:lib_dir/1 no_such_application": "{error,bad_name}",
        "code:soft_purge/1 counter": "true",
        "code:which/1 no_such_module": "non_existing",
        "erlang:check_old_code/1 counter": "false",
        "erlang:error/1 oops": "error oops",
        "erlang:exit/1 oops": "exit oops",
        "erlang:throw/1 oops": "throw oops",
        "no_such_module:f/0 ": "error undef",
        "proc_lib:translate_initial_call/1 pid": "{proc_lib,init_p,5}",
        "supervisor:get_callback_module/1 counter_sup": "counter_sup",
        "supervisor:terminate_child/2 counter_sup no_such_child": "{error,not_found}",
        "sys:resume/1 counter": "ok",
        "sys:suspend/1 counter": "ok",
        "sys:suspend/2 no_such_process 100": "exit {noproc,{sys,suspend,[no_such_process,100]}}",
      }
    `);
  });
}

describe("the embedded node", () => {
  suite(embeddedKind());
});

describeErlang("a real node", () => {
  suite(realKind());
});

// Both lists name what is built and booted; a release that is added to one only would not be compared.
it("compares every demo release", () => {
  expect(Object.keys(DEMO_RELEASES) satisfies string[] as DemoRelease[]).toEqual(["counter", "store"]);
});
