import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";
import { keeperErlang, subjectApplication, subjectErlang, supervisedErlang } from "./support/subject.js";

const RUNS = propertyRuns(200);

const id = fc.constantFrom("a", "b", "c", "{d,1}");
const init = fc.constantFrom("0", "0", "0", "{unless,blocker}", "{unless,blocker}", "{return,ignore}");
/** The registered name of a child: its id's. */
const nameOf = (child: string): string => (child === "{d,1}" ? "d" : child);
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function mapOf(entries: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(entries).filter(([, value]) => value !== undefined);
  return `#{${written.map(([key, value]) => `${key} => ${value}`).join(", ")}}`;
}

interface Spec {
  readonly id: string;
  readonly text: string;
}

const start = (child: string, argument: string): string => `{subject,start_link,[${nameOf(child)},${argument}]}`;

const mapSpec = (kind: "right" | "any"): fc.Arbitrary<Spec> =>
  fc
    .record({
      id,
      restart: maybe(fc.constantFrom("permanent", "transient", "temporary", ...(kind === "any" ? ["x"] : []))),
      shutdown: maybe(fc.constantFrom("brutal_kill", "100", "infinity", ...(kind === "any" ? ["-1"] : []))),
      type: maybe(fc.constantFrom("worker", "supervisor", ...(kind === "any" ? ["x"] : []))),
      modules: maybe(fc.constantFrom("[subject]", "dynamic", ...(kind === "any" ? ["[1]", "x"] : []))),
      significant: maybe(fc.constantFrom("false", ...(kind === "any" ? ["true", "x"] : []))),
      init,
    })
    .map(({ init: argument, ...spec }) => ({
      id: spec.id,
      text: mapOf({ ...spec, start: start(spec.id, argument) }),
    }));

const tupleSpec: fc.Arbitrary<Spec> = fc
  .tuple(id, fc.constantFrom("permanent", "transient", "temporary"), fc.constantFrom("brutal_kill", "100"), init)
  .map(([child, type, shutdown, argument]) => ({
    id: child,
    text: `{${child},${start(child, argument)},${type},${shutdown},worker,[subject]}`,
  }));

const significantSpec: fc.Arbitrary<Spec> = fc
  .tuple(id, fc.constantFrom("transient", "temporary"), init)
  .map(([child, restart, argument]) => ({
    id: child,
    text: mapOf({ id: child, restart, significant: "true", start: start(child, argument) }),
  }));

const rightSpec = fc.oneof(mapSpec("right"), tupleSpec);
const anySpec = fc.oneof(
  { weight: 6, arbitrary: rightSpec.map(({ text }) => text) },
  { weight: 2, arbitrary: mapSpec("any").map(({ text }) => text) },
  { weight: 1, arbitrary: fc.constantFrom("{x}", "#{id => a}", "#{id => a, start => {m,f}}", "#{start => {m,f,[]}}") },
);

/** Seconds in which no more restarts are allowed than the intensity: longer than a test, so that all of them count. */
const PERIOD = "3600";

/** Flags with children that go with them: significant children need auto_shutdown. */
const specification = fc
  .tuple(
    fc.constantFrom("one_for_one", "one_for_all", "rest_for_one"),
    fc.constantFrom("0", "1", "3", "7"),
    fc.constantFrom("never", "never", "any_significant", "all_significant"),
  )
  .chain(([strategy, intensity, autoShutdown]) => {
    const flags = mapOf({ strategy, intensity, period: PERIOD, auto_shutdown: autoShutdown });
    const spec = autoShutdown === "never" ? rightSpec : fc.oneof(rightSpec, significantSpec);
    return fc
      .uniqueArray(spec, { maxLength: 4, selector: (each) => each.id })
      .map((children) => `{ok,{${flags},[${children.map(({ text }) => text).join(", ")}]}}`);
  });
const wrongSpecification = fc.oneof(
  fc
    .constantFrom("{one_for_one,1}", "#{strategy => x}", "#{intensity => -1}", "#{period => 0}", "{one_for_all,1,5}")
    .map((flags) => `{ok,{${flags},[]}}`),
  fc.constantFrom("ignore", "nonsense", "{error,x}", "{ok,{#{},x}}", "{ok,{#{strategy => simple_one_for_one},[]}}"),
  fc.array(anySpec, { maxLength: 3 }).map((specs) => `{ok,{#{},[${specs.join(", ")}]}}`),
);
const anySpecification = fc.oneof(
  { weight: 8, arbitrary: specification },
  { weight: 1, arbitrary: wrongSpecification },
);

/**
 * The state, with how many restarts there were in place of when they were. Behind those, newer releases keep more than
 * the automatic shutdown, the module and its argument.
 */
const STATE = `begin
    [state, Name, Strategy, Children, Dynamics, Intensity, Period, Restarts | More] = tuple_to_list(sys:get_state(sup)),
    [Argument, Module | _] = lists:reverse(More),
    Shutdown = [Each || Each <- More, lists:member(Each, [never, any_significant, all_significant])],
    {Name, Strategy, Children, Dynamics, Intensity, Period, length(Restarts), Shutdown, Module, Argument} end`;
const LOOK = "{supervisor:which_children(sup), supervisor:count_children(sup)}";
/** Time for a supervisor to see exits and to start children again as often as the intensity allows. */
const SETTLE = `W = fun Wait() ->
    case whereis(sup) =:= undefined orelse (catch [x || {_, restarting, _, _} <- supervisor:which_children(sup)]) of
      true -> ended; [] -> at_rest; _ -> timer:sleep(1), Wait() end end, timer:sleep(2), W()`;

const ended = (child: string, how: string): string =>
  `case whereis(${child}) of undefined -> none; Pid -> R = monitor(process, Pid), ${how},
     receive {'DOWN', R, _, _, _} -> ok end, ${SETTLE}, whereis(${child}) =:= Pid end`;

const step = fc.oneof(
  anySpec.map((each) => `supervisor:start_child(sup, ${each})`),
  fc
    .tuple(fc.constantFrom("terminate_child", "restart_child", "delete_child", "get_childspec"), id)
    .map(([fun, child]) => `supervisor:${fun}(sup, ${child})`),
  fc
    .tuple(id, fc.constantFrom("kill", "shutdown", "failed"))
    .map(([child, reason]) => ended(nameOf(child), `exit(Pid, ${reason})`)),
  id.map((child) => ended(nameOf(child), "gen_server:stop(Pid)")),
  fc.constantFrom(
    "begin Pid = spawn(fun() -> receive stop -> ok end end), catch register(blocker, Pid), ok end",
    "begin R = monitor(process, blocker), catch (blocker ! stop), receive {'DOWN', R, _, _, _} -> whereis(blocker) end end",
  ),
  fc.constantFrom("supervisor:get_callback_module(sup)", STATE, "is_pid(whereis(sup))"),
  anySpec.map((each) => `supervisor:check_childspecs([${each}])`),
  anySpecification.map(codeChange),
);

/** A code change with a new specification: what init gives is its argument, so that is changed first. */
function codeChange(given: string): string {
  return `case whereis(sup) of undefined -> none; _ ->
    sys:suspend(sup), sys:replace_state(sup, fun(S) -> setelement(tuple_size(S), S, ${given}) end),
    Result = sys:change_code(sup, supervised, old, extra), sys:resume(sup), Result end`;
}

const CLEAN = `[case whereis(N) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end
  || N <- [keeper, blocker, sup, a, b, c, d]]`;

/** Children of a simple_one_for_one supervisor have no ids: they are told apart by the order they were started in. */
const nth = (index: number, how: string): string =>
  `case [P || {_, P, _, _} <- supervisor:which_children(sup), is_pid(P)] of
     Pids when length(Pids) >= ${index} -> Pid = lists:nth(${index}, Pids), ${how};
     _ -> none end`;

const dynamicStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom("[0]", "[{unless,blocker}]", "[{return,ignore}]", "[{return,{stop,why}}]")
      .map((args) => `supervisor:start_child(sup, ${args})`),
  },
  fc
    .tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom("exit(Pid, kill)", "exit(Pid, shutdown)", "gen_server:stop(Pid)"),
    )
    .map(([index, how]) =>
      nth(index, `R = monitor(process, Pid), ${how}, receive {'DOWN', R, _, _, _} -> ok end, ${SETTLE}`),
    ),
  fc.integer({ min: 1, max: 3 }).map((index) => nth(index, "supervisor:terminate_child(sup, Pid)")),
  fc.integer({ min: 1, max: 3 }).map((index) => nth(index, "supervisor:get_childspec(sup, Pid)")),
  fc.constantFrom(
    "supervisor:terminate_child(sup, a)",
    "supervisor:delete_child(sup, a)",
    "supervisor:restart_child(sup, a)",
    "supervisor:terminate_child(sup, self())",
    "begin Pid = spawn(fun() -> receive stop -> ok end end), catch register(blocker, Pid), ok end",
    "begin R = monitor(process, blocker), catch (blocker ! stop), receive {'DOWN', R, _, _, _} -> whereis(blocker) end end",
    STATE,
  ),
  fc
    .constantFrom("permanent", "temporary")
    .map((restart) =>
      codeChange(
        `{ok,{#{strategy => simple_one_for_one, period => ${PERIOD}},[#{id => n, restart => ${restart}, modules => [other], start => {subject,start,[]}}]}}`,
      ),
    ),
);

describeErlang("a supervisor and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    for (const source of [subjectErlang, supervisedErlang, keeperErlang]) await loadErlang(oracle.run, source);
  });

  it("do alike with every sequence of requests, exits and code changes", async () => {
    await using test = await bootTest([subjectApplication]);
    await fc.assert(
      fc.asyncProperty(anySpecification, fc.array(step, { maxLength: 8 }), async (given, steps) => {
        const begin = `keeper:start(keeper), keeper:ask(keeper, {supervised, start_link, [sup, ${given}]})`;
        const sources = [begin, LOOK, ...steps.flatMap((each) => [each, LOOK])];
        const { ours, theirs } = await onBoth(oracle.run, test.node, sources, CLEAN);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });

  it("do alike with the children of a simple_one_for_one supervisor", async () => {
    await using test = await bootTest([subjectApplication]);
    const restarts = fc.constantFrom("permanent", "transient", "temporary");
    await fc.assert(
      fc.asyncProperty(
        restarts,
        fc.constantFrom("1", "100"),
        fc.array(dynamicStep, { maxLength: 10 }),
        async (restart, intensity, steps) => {
          const child = `#{id => n, restart => ${restart}, start => {subject,start,[]}, shutdown => 100}`;
          const flags = `#{strategy => simple_one_for_one, intensity => ${intensity}, period => ${PERIOD}}`;
          const given = `{ok, {${flags}, [${child}]}}`;
          const begin = `keeper:start(keeper), keeper:ask(keeper, {supervised, start_link, [sup, ${given}]})`;
          const sources = [begin, LOOK, ...steps.flatMap((each) => [each, LOOK])];
          const { ours, theirs } = await onBoth(oracle.run, test.node, sources, CLEAN);
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
