import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";
import { keeperErlang, subjectApplication } from "./support/subject.js";

const RUNS = propertyRuns(200);
const NAMES = ["a", "b", "c", "d"];

const name = fc.constantFrom(...NAMES);
const reason = fc.constantFrom("normal", "kill", "killed", "shutdown", "{some,reason}");
const ask = (who: string, call: string): string => `keeper:ask(${who}, ${call})`;

const step = fc.oneof(
  fc.tuple(name, fc.constantFrom("link", "unlink"), name).map(([a, fun, b]) => ask(a, `{erlang,${fun},[pid(${b})]}`)),
  fc.tuple(name, name).map(([a, b]) => ask(a, `{erlang,monitor,[process,pid(${b})]}`)),
  fc.tuple(name, name).map(([a, b]) => ask(a, `{erlang,monitor,[process,${b}]}`)),
  fc.tuple(name, name, reason).map(([a, b, why]) => ask(a, `{erlang,exit,[pid(${b}),${why}]}`)),
  fc.tuple(name, fc.constantFrom("true", "false")).map(([a, on]) => ask(a, `{erlang,process_flag,[trap_exit,${on}]}`)),
  fc
    .tuple(name, fc.constantFrom("exit", "error", "throw"), reason)
    .map(([a, kind, why]) => `begin catch (${a} ! {die,${kind},${why}}), ok end`),
  fc.tuple(name, name).map(([a, b]) => ask(a, `{erlang,send,[${b},{from,${a}}]}`)),
  name.map((a) => `case whereis(${a}) of undefined -> is_pid(keeper:start(${a})); _ -> there end`),
  fc.tuple(name, name).map(([a, b]) => ask(a, `{erlang,register,[${b},pid(${a})]}`)),
  // A process that asks itself would wait for ever, here and there.
  fc.tuple(name, name).map(([a, b]) => ask(a, a === b ? "{erlang,self,[]}" : `{keeper,ask,[${b},{erlang,self,[]}]}`)),
  fc.tuple(name, fc.constantFrom("a", "'x'", "[]", "17")).map(([a, what]) => ask(a, `{erlang,link,[${what}]}`)),
  fc
    .tuple(name, fc.constantFrom("exit", "error", "throw"), reason)
    .map(([a, kind, why]) => ask(a, `{erlang,${kind},[${why}]}`)),
);

/**
 * What can be seen of every process: who lives, whom it is linked to, and what it was sent. Before that everyone was
 * asked something as often as there are processes: a chain of exits has gone through by then.
 */
const LOOK = `begin timer:sleep(1), [catch keeper:ask(N, {erlang,self,[]}) || _ <- [1,2,3,4,5], N <- [${NAMES.join(",")}]],
  [case whereis(N) of
    undefined -> dead;
    P -> {N, lists:sort(element(2, process_info(P, links))), process_info(P, trap_exit),
          length(element(2, process_info(P, monitors))), keeper:ask(N, messages)}
  end || N <- [${NAMES.join(",")}]] end`;

const CLEAN = `[case whereis(N) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end
  || N <- [${NAMES.join(",")}]], put(x, [keeper:start(N) || N <- [${NAMES.join(",")}]]), ok`;

/** `pid(a)`: the process with that name, or one that is dead for certain: its end has been told. */
const withPids = (source: string): string =>
  source.replace(
    /pid\((\w)\)/g,
    "(case whereis($1) of undefined -> D$1 = spawn(fun() -> ok end), R$1 = monitor(process, D$1), " +
      "receive {'DOWN', R$1, _, _, _} -> D$1 end; P$1 -> P$1 end)",
  );

describeErlang("processes and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    await loadErlang(oracle.run, keeperErlang);
  });

  it("are told alike of each other's ends, through links, monitors and exits", async () => {
    await using test = await bootTest([subjectApplication], { name: "nonode@nohost" });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const sources = steps.flatMap((each) => [withPids(each), LOOK]);
        const { ours, theirs } = await onBoth(oracle.run, test.node, sources, CLEAN);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });
});
