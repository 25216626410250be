/**
 * How long an upgrade holds its processes, beside OTP's own release handler: on one node, in one run, in turns.
 *
 *     npx tsx bench/upgrade.ts [PROCESSES[,PROCESSES...]] [ROUNDS]
 *
 * "held" is the time from the first suspend to the last resume, seen on the node by two probe processes at the ends of
 * the supervision tree; "whole" is all of release_handler_1:eval_script/5, or of our plan and execution. Medians over
 * the rounds. A ratio below 1 means that relupctl is faster. Needs erl and erlc.
 */
import { connect } from "../src/distribution/index.js";
import { execute } from "../src/engine/execute.js";
import { Guardian } from "../src/engine/guardian/guardian.js";
import { holderOf } from "../src/engine/guardian/holder.js";
import { planUpgrade } from "../src/engine/plan.js";
import { readApplicationUpgrade } from "../src/engine/source/application.js";
import type { PreparedUpgrade } from "../src/engine/prepared.js";
import type { Target } from "../src/target/target.js";
import { buildApplications } from "../test/support/erlang-application.js";
import { startNode, type PeerNode } from "../test/support/peer.js";

const sizes = (process.argv[2] ?? "1000,10000,100000").split(",").map(Number);
const rounds = Number(process.argv[3] ?? 3);

interface Measured {
  readonly heldMs: number;
  readonly wholeMs: number;
}

/** Which of the two versions runs is turned round by each upgrade. */
let running = 1;
const other = (): number => 3 - running;

await using built = await buildApplications(["bench-1", "bench-2"]);
await using node = await startNode({ args: ["+P", "1000000"] });
await node.eval(
  `code:add_patha("${built.lib}/bench-1/ebin"), [{module, _} = code:ensure_loaded(M) || M <- [release_handler_1]], ok = application:start(bench)`,
);
await using target = await connect({ node: `${node.name}:${node.port}`, cookie: node.cookie, timeoutMs: 5_000 });

console.log(
  `OTP ${target.identity.otpRelease}, ${await node.eval("erlang:system_info(schedulers_online)")} schedulers, ${rounds} rounds\n`,
);
console.log("processes  code_change  keep state  held: theirs     ours   ratio   whole: theirs     ours   ratio");
let started = 0;
for (const size of sizes) {
  await node.eval(`[{ok, _} = supervisor:start_child(bench_pool, [N]) || N <- lists:seq(${started + 1}, ${size})], ok`);
  started = size;
  for (const microseconds of [0, 100]) {
    // A code_change with real work takes 10 s a round at 100,000 processes.
    const times = microseconds > 0 && size > 10_000 ? 1 : rounds;
    for (const keepState of [false, true]) {
      const theirs: Measured[] = [];
      const ours: Measured[] = [];
      for (let round = 0; round < times; round++) {
        theirs.push(await byReleaseHandler(node, microseconds));
        ours.push(await byRelupctl(target, node, microseconds, keepState));
      }
      report(size, microseconds, keepState, theirs, ours);
    }
  }
}
console.log(`\npeak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);

async function byReleaseHandler(peer: PeerNode, microseconds: number): Promise<Measured> {
  const directory = `${built.lib}/bench-${other()}`;
  const result = await peer.eval(`
    Script = [{load_object_code, {bench, "${other()}", [bench_server]}}, point_of_no_return,
              {suspend, [bench_server]}, {load, {bench_server, brutal_purge, brutal_purge}},
              {code_change, up, [{bench_server, ${microseconds}}]}, {resume, [bench_server]}],
    Libs = [{bench, "${other()}", "${directory}"}],
    {Time, {ok, _}} = timer:tc(fun() -> release_handler_1:eval_script(Script, [], Libs, Libs, []) end),
    ok = application_controller:change_application_data(element(2, file:consult("${directory}/ebin/bench.app")), []),
    Time / 1000.0`);
  running = other();
  return { wholeMs: Number(result), heldMs: await held(peer) };
}

async function byRelupctl(on: Target, peer: PeerNode, microseconds: number, keepState: boolean): Promise<Measured> {
  const prepared = withExtra(await readApplicationUpgrade(on, `${built.lib}/bench-${other()}`), microseconds);
  const start = performance.now();
  const { plan } = await planUpgrade(on, { ...prepared.upgrade, keepState: keepState ? "changed" : "never" });
  const guardian = await Guardian.post(on, { holder: holderOf(plan.upgrade), leaseMs: 30_000, callMs: 5_000 });
  const execution = await execute(on, guardian, plan, prepared);
  await guardian.forget();
  if (execution.outcome !== "upgraded") throw new Error(JSON.stringify(execution.failure));
  running = other();
  return { wholeMs: performance.now() - start, heldMs: await held(peer) };
}

function withExtra(prepared: PreparedUpgrade, extra: number): PreparedUpgrade {
  const script = prepared.upgrade.script.map((step) =>
    step.instruction === "code_change"
      ? { ...step, mode: "up" as const, modules: step.modules.map(({ module }) => ({ module, extra })) }
      : step,
  );
  return { ...prepared, upgrade: { ...prepared.upgrade, script } };
}

async function held(peer: PeerNode): Promise<number> {
  const result = await peer.eval(`
    {S1, R1} = bench_probe:times(bench_probe_1), {S2, R2} = bench_probe:times(bench_probe_2),
    (max(R1, R2) - min(S1, S2)) / 1000.0`);
  return Number(result);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

function report(size: number, microseconds: number, keepState: boolean, theirs: Measured[], ours: Measured[]): void {
  const column = (value: number, width: number, digits = 0): string => value.toFixed(digits).padStart(width);
  const pair = (of: (measured: Measured) => number): string => {
    const [a, b] = [median(theirs.map(of)), median(ours.map(of))];
    return `${column(a, 8)} ms ${column(b, 8)} ${column(b / a, 7, 2)}`;
  };
  const name = microseconds === 0 ? "trivial" : `${microseconds / 1000} ms`;
  console.log(
    `${String(size).padStart(9)}  ${name.padStart(11)}  ${(keepState ? "all" : "none").padStart(10)}  ${pair(({ heldMs }) => heldMs)}  ${pair(({ wholeMs }) => wholeMs)}`,
  );
}
