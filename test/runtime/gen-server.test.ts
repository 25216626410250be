import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";
import { subjectApplication, subjectErlang } from "./support/subject.js";

const RUNS = propertyRuns(300);

const plain = fc.constantFrom("0", "state", "{tag,1}", '"text"', "[]", "#{a => 1}", "<<1,2>>");
const what = fc
  .tuple(
    fc.constantFrom("error", "exit", "throw"),
    fc.constantFrom("oops", "normal", "shutdown", "{shutdown,x}", "{noreply,thrown}", "{reply,r,thrown}"),
  )
  .map(([kind, value]) => `{do,{${kind},${value}}}`);
/** What handle_call may return. Timeouts are left out: what comes first, a message or the timeout, is chance. */
const returned = fc
  .oneof(
    fc.tuple(plain, plain).map(([reply, state]) => `{reply,${reply},${state}}`),
    fc
      .tuple(plain, plain, fc.constantFrom("infinity", "hibernate", "{continue,more}", "nonsense", "60000"))
      .map(([reply, state, action]) => `{reply,${reply},${state},${action}}`),
    fc
      .tuple(fc.constantFrom("normal", "shutdown", "failed"), plain, plain)
      .map(([reason, reply, state]) => `{stop,${reason},${reply},${state}}`),
    fc.tuple(fc.constantFrom("normal", "failed"), plain).map(([reason, state]) => `{stop,${reason},${state}}`),
    fc.constantFrom("nonsense", "{reply,too_short}", "{ok,state}"),
  )
  .map((term) => `{return,${term}}`);

const init = fc.oneof(
  plain,
  what,
  fc
    .constantFrom(
      "{ok,1}",
      "{ok,1,hibernate}",
      "{ok,1,{continue,x}}",
      "{ok,1,nonsense}",
      "ignore",
      "{stop,why}",
      "nonsense",
      "{error,x}",
    )
    .map((term) => `{return,${term}}`),
);

const extra = fc.oneof(
  plain,
  what,
  fc.constantFrom("{ok,changed}", "{error,no}", "nonsense").map((term) => `{return,${term}}`),
);

const step = fc.oneof(
  init.map((args) => `subject:start(s, ${args})`),
  fc
    .constantFrom("[log]", "[{log,2}]", "[]")
    .map((debug) => `gen_server:start({local,s}, subject, 0, [{debug,${debug}}])`),
  fc
    .oneof(
      plain.map((state) => `{set,${state}}`),
      what,
      returned,
      fc.constantFrom("get", "later", "unknown"),
    )
    .map((request) => `gen_server:call(s, ${request})`),
  plain.map((state) => `gen_server:cast(s, {add,${state}})`),
  plain.map((message) => `case whereis(s) of undefined -> none; Pid -> Pid ! {message,${message}} end`),
  fc.constantFrom("sys:suspend(s)", "sys:resume(s)", "sys:get_state(s)", "sys:get_status(s)", "sys:resume(s, 1000)"),
  fc.constantFrom(
    "sys:replace_state(s, fun erlang:is_atom/1)",
    "sys:replace_state(s, fun erlang:hd/1)",
    "sys:replace_state(s, nofun)",
  ),
  fc.constantFrom("gen_server:stop(s)", "gen_server:stop(s, broken, 1000)"),
  fc.tuple(plain, extra).map(([old, more]) => `sys:change_code(s, subject, ${old}, ${more})`),
  fc.constantFrom("is_pid(whereis(s))", "proc_lib:translate_initial_call(whereis(s))", "gen:call(s, system, nonsense)"),
  fc.constantFrom("sys:log(s, true)", "sys:log(s, get)", "sys:no_debug(s)", "sys:nothing(s)"),
);

const KILL_OLD = `case whereis(s) of
  undefined -> ok;
  Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end
end`;

/** Little patience with a server that is suspended when it is asked. */
const PATIENCE = `case catch sys:get_status(s) of {status, _, _, [_, suspended | _]} -> 40; _ -> 20000 end`;

/** A call that will not be answered, because the server is suspended or says noreply, asks with a short timeout. */
const withTimeout = (step: string): string =>
  step.replace(
    /^gen_server:call\(s, (.*)\)$/s,
    `gen_server:call(s, $1, ${step.includes("noreply") ? "40" : PATIENCE})`,
  );

describeErlang("a gen_server and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    await loadErlang(oracle.run, subjectErlang);
  });

  it("answer every sequence of requests alike", async () => {
    await using test = await bootTest([subjectApplication]);
    // Since OTP 26 that is an answer of init; to the embedded node, which is one of OTP 25, it isn't.
    const isNew = (await oracle.otpRelease()) >= 26;
    const isAnswered = (step: string): boolean => isNew && step === "subject:start(s, {return,{error,x}})";
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const sources = ["subject:start(s, first)", ...steps.filter((each) => !isAnswered(each)).map(withTimeout)];
        const { ours, theirs } = await onBoth(oracle.run, test.node, sources, KILL_OLD);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });
});
