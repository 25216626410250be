import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { BootError } from "../../src/runtime/index.js";
import { parseTerm } from "../../src/terms/parse.js";
import { type Term, atom } from "../../src/terms/term.js";
import { bootTest } from "./support/boot.js";
import { applicationErlang, applicationJs } from "./support/application-module.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { PATIENTLY, propertyRuns } from "./support/runs.js";
import { keeperErlang, subjectApplication, supervisedErlang } from "./support/subject.js";

const RUNS = propertyRuns(200);

const name = fc.constantFrom("demo_a", "demo_b", "demo_c");
const argument = fc.constantFrom(
  "top",
  "top",
  "top",
  "state",
  "{return,{error,why}}",
  "{return,nonsense}",
  "{do,{exit,normal}}",
  "{do,{error,x}}",
  "{do,{throw,{error,y}}}",
);
const env = fc.constantFrom("[]", "[{a,1}]", "[{a,1},{b,2}]");
const vsn = fc.constantFrom('"1"', '"2"');

/** demo_b needs demo_a; demo_c has no module to start, and start phases nobody calls. */
const keys = (app: string, arg: string, environment: string, version: string): string =>
  [
    `{description,"d"},{vsn,${version}},{env,${environment}},{registered,[${app}_top]},{modules,[appmod]}`,
    `{applications,[kernel,stdlib${app === "demo_b" ? ",demo_a" : ""}]}`,
    ...(app === "demo_c" ? [] : [`{mod,{appmod,{${app},${arg}}}}`]),
    ...(app === "demo_a" && arg === "state" ? ["{start_phases,[{one,1},{two,2}]}"] : []),
  ].join(",");
const application = fc
  .tuple(name, argument, env, vsn)
  .map(([app, ...rest]) => `{application,${app},[${keys(app, ...rest)}]}`);

const MINE = "lists:filter(fun(A) -> lists:member(element(1, A), [demo_a,demo_b,demo_c]) end";
const step = fc.oneof(
  { weight: 4, arbitrary: application.map((app) => `application:load(${app})`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(name, fc.constantFrom("", ", temporary", ", nonsense"))
      .map(([app, type]) => `application:start(${app}${type})`),
  },
  fc
    .tuple(
      fc.constantFrom("stop", "unload", "ensure_started", "ensure_all_started", "get_all_env", "get_application"),
      name,
    )
    .map(([fun, app]) => `application:${fun}(${app})`),
  fc
    .tuple(
      name,
      fc.constantFrom(
        "vsn",
        "mod",
        "env",
        "modules",
        "start_phases",
        "maxT",
        "applications",
        "nonsense",
        "optional_applications",
      ),
    )
    .map(([app, key]) => `application:get_key(${app}, ${key})`),
  fc
    .tuple(name, fc.constantFrom("a", "b", "c"), fc.constantFrom("7", "x"))
    .map(([app, key, value]) => `application:set_env(${app}, ${key}, ${value})`),
  fc.tuple(name, fc.constantFrom("a", "b")).map(([app, key]) => `application:unset_env(${app}, ${key})`),
  fc.tuple(name, fc.constantFrom("a", "c")).map(([app, key]) => `application:get_env(${app}, ${key})`),
  name.map(
    (app) =>
      `case application_controller:get_master(${app}) of undefined -> undefined; M -> application_master:get_child(M) end`,
  ),
  name.map(
    (app) => `case whereis(${app}_top) of undefined -> none; P ->
    {application:get_application(P), R = monitor(process, P), exit(P, kill), receive {'DOWN', R, _, _, Why} -> Why end, ${gone(app)}} end`,
  ),
  fc
    .tuple(fc.array(application, { maxLength: 2 }), fc.constantFrom("[]", "[{demo_a,[{a,9},{z,1}]}]", "[{demo_b,[]}]"))
    .map(
      ([apps, config]) => `begin Before = application_controller:prep_config_change(),
      Changed = application_controller:change_application_data([${apps.join(",")}], ${config}),
      {Changed, application_controller:config_change(Before)} end`,
    ),
);

/** Waits until an application whose top supervisor has ended is not running any more. */
function gone(app: string): string {
  return `(fun Wait() -> case lists:keymember(${app}, 1, application:which_applications()) of
    false -> gone; true -> timer:sleep(1), Wait() end end)()`;
}

const LOOK = `{[${MINE}, L) || L <- [application:which_applications() | [lists:sort(Known) || {_, Known} <- application:info()]]], keeper:ask(keeper, messages)}`;
const SORTED_ENV = /application:get_all_env\((\w+)\)/g;

const CLEAN = `[begin application:stop(A), application:unload(A) end || A <- [demo_b, demo_a, demo_c]],
  [application:unset_env(A, K) || A <- [demo_a, demo_b, demo_c], K <- [a, b, c, z]],
  application_controller:change_application_data([], []),
  case whereis(keeper) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end,
  keeper:start(keeper), ok`;

describeErlang("applications and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    for (const source of [keeperErlang, supervisedErlang, applicationErlang]) await loadErlang(oracle.run, source);
  });

  it("are loaded, started, stopped and configured alike", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        await using test = await bootTest([{ modules: { ...subjectApplication.modules, appmod: applicationJs } }]);
        const sorted = steps.map((each) =>
          each
            .replace(SORTED_ENV, "lists:sort(application:get_all_env($1))")
            .replace(
              /^application:get_key\((\w+), env\)$/,
              "case application:get_key($1, env) of {ok, E} -> lists:sort(E); O -> O end",
            ),
        );
        const { ours, theirs } = await onBoth(
          oracle.run,
          test.node,
          sorted.flatMap((each) => [each, LOOK]),
          CLEAN,
        );
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("an application", () => {
  const started = { modules: { ...subjectApplication.modules, appmod: applicationJs }, name: "demo" };
  const boot = async (mod: string, type?: "permanent" | "transient" | "temporary" | "load" | "none") =>
    await bootTest([{ ...started, mod, ...(type && { type }) }]);
  const endTop = "sys:terminate";

  it("that is permanent takes the node with it when it ends", async () => {
    await using test = await boot("{appmod,{demo,top}}");
    expect(await test.call(endTop, "demo_top", "broken")).toBe("ok");
    expect(await test.node.down).toMatchObject({ kind: "node_down" });
    expect((await test.node.down).detail).toContain("{application_terminated,demo,broken}");
    expect(test.node.processCount).toBe(0);
    expect(await test.call("erlang:node")).toBe("not_sent:the node is down");
  });

  it("that is transient takes the node with it unless it ends normally", async () => {
    await using good = await boot("{appmod,{demo,top}}", "transient");
    await good.call(endTop, "demo_top", "normal");
    await expect.poll(() => good.call("application:which_applications"), PATIENTLY).not.toContain("demo");
    expect(await good.call("erlang:node")).toBe("relupctl@embedded");
    await using bad = await boot("{appmod,{demo,top}}", "transient");
    await bad.call(endTop, "demo_top", "broken");
    expect(await bad.node.down).toMatchObject({ kind: "node_down" });
  });

  it("that is temporary ends alone, and is reported", async () => {
    await using test = await boot("{appmod,{demo,top}}", "temporary");
    await test.call(endTop, "demo_top", "broken");
    await expect.poll(() => test.call("application:which_applications"), PATIENTLY).not.toContain("demo");
    expect(test.events).toContainEqual(
      expect.objectContaining({ kind: "application_exited", application: "demo", reason: atom("broken") }),
    );
  });

  it("is only loaded, or not even that, when the release says so", async () => {
    await using loaded = await boot("{appmod,{demo,top}}", "load");
    expect(await loaded.call("application:which_applications")).not.toContain("demo");
    expect(await loaded.call("application:get_key", "demo", "vsn")).toBe('{ok,"1"}');
    await using none = await boot("{appmod,{demo,top}}", "none");
    expect(await none.call("application:get_key", "demo", "vsn")).toBe("undefined");
    expect(await none.call("code:lib_dir", "demo")).toBe('"/root/lib/demo-1"');
  });

  it.each([
    ["{appmod,{demo,{return,{error,why}}}}", "application demo did not start: {error,{why,{appmod,start,"],
    ["{nomod,[]}", "application demo did not start: {error,{bad_return,{{nomod,start,[normal,[]]},{'EXIT',{undef,"],
    ["{appmod,{demo,{do,{error,x}}}}", "{'EXIT',{x,"],
  ])("that doesn't start (%s) stops the boot with the reason", async (mod, reason) => {
    await expect(boot(mod)).rejects.toThrow(BootError);
    await expect(boot(mod)).rejects.toThrow(reason);
  });

  it("whose module is missing or broken stops the boot", async () => {
    await expect(bootTest([{ modules: { m: "throw new Error('no')" } }])).rejects.toThrow(
      "module m of application app can't be loaded: badfile (/root/lib/app-1/ebin/m.js)",
    );
    await expect(bootTest([{ modules: {}, keys: { modules: "[gone]" } }])).rejects.toThrow("nofile");
  });

  it("gets its environment from the release's configuration first", async () => {
    const application = { ...started, mod: "{appmod,{demo,top}}", keys: { env: "[{a,1},{b,2}]" } };
    const config = [
      [
        "demo",
        [
          ["a", 9],
          ["z", atom("x")],
        ],
      ],
    ] as const;
    await using test = await bootTest([application], {}, config);
    expect(await test.call("application:get_all_env", "demo")).toBe("[{a,9},{b,2},{z,x}]");
    const top = await test.value("erlang:whereis", "demo_top");
    expect(await test.call("application:get_application", top)).toBe("{ok,demo}");
  });

  it("is loaded by its name through the code path, in either form", async () => {
    const readApplication = (): Term => parseTerm('{application,later,[{vsn,"7"},{modules,[]}]}');
    await using test = await bootTest([started], { readApplication });
    expect(await test.call("application:load", "later")).toBe('{error,{"no such file or directory","later.app"}}');
    test.files.files.set("/root/lib/later-7/ebin/later.app.yaml", "vsn: 7");
    expect(await test.call("code:add_pathz", '"/root/lib/later-7/ebin"')).toBe("true");
    expect(await test.call("application:start", "later")).toBe("ok");
    expect(await test.call("application:get_key", "later", "vsn")).toBe('{ok,"7"}');
    test.files.files.set("/root/lib/third-1/ebin/third.app", '{application, third, [{vsn, "1"}]}.');
    expect(await test.call("code:add_patha", '"/root/lib/third-1/ebin"')).toBe("true");
    expect(await test.call("application:load", "third")).toBe("ok");
    test.files.files.set("/root/lib/third-1/ebin/fourth.app", "{application, fourth");
    expect(await test.call("application:load", "fourth")).toMatch(/^\{error,\{".+","fourth.app"\}\}$/);
  });

  it("is stopped with all its processes, also those no supervisor knows", async () => {
    const stray = `${applicationJs}
exports.stray = () => { api.register(atom("stray"), api.spawn(() => api.sleep(1e6))); return atom("ok"); };
const start = exports.start;
exports.start = async (type, args) => { exports.stray(); return start(type, args); };`;
    const modules = { ...subjectApplication.modules, appmod: stray };
    await using test = await bootTest([{ ...started, modules, mod: "{appmod,{demo,top}}" }]);
    expect(await test.call("erlang:whereis", "stray")).not.toBe("undefined");
    expect(await test.call("application:stop", "demo")).toBe("ok");
    expect(await test.call("erlang:whereis", "stray")).toBe("undefined");
  });
});
