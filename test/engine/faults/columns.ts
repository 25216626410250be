import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Mfa, Outcome, Target } from "../../../src/target/target.js";
import { atom } from "../../../src/terms/term.js";
import { printTerm } from "../../../src/terms/print.js";
import { until } from "../../support/peer.js";
import { startProxy } from "../../support/proxy.js";
import type { Bench, Cell, Found } from "./cell.js";
import type { Orders } from "./client.js";
import { fault, upgrade, type Hook, type Moment } from "./upgrade.js";

/** A kind of fault: what it does at each moment it is done at, and what is found then. */
export interface Column {
  readonly title: string;
  readonly moments: readonly Moment[];
  /** What a node may be found as. */
  readonly allowed: readonly Found[];
  /** True where there is something to be done when all is done. */
  readonly hasEnd?: boolean;
  /** Has the fault happen in an upgrade, and gives what the node was found as. */
  readonly run: (bench: Bench, cell: Cell) => Promise<Found>;
}

const at =
  (cell: Cell, act: () => Promise<void> | void): Hook =>
  (moment, index) =>
    moment === cell.moment && index === cell.act ? act() : undefined;

const failure = (): never => {
  throw fault();
};

export const COLUMNS: readonly Column[] = [
  { title: "client killed", moments: ["before", "after"], allowed: ["old"], hasEnd: true, run: killClient },
  { title: "connection cut", moments: ["before", "after"], allowed: ["old"], hasEnd: true, run: cutConnection },
  { title: "step fails", moments: ["before", "after"], allowed: ["old"], run: failStep },
  // It may go on in time.
  { title: "node stands still", moments: ["before"], allowed: ["old", "new"], run: stopNode },
  { title: "process killed", moments: ["before", "after"], allowed: ["new"], run: killProcess },
  { title: "process killed, then the step fails", moments: ["before"], allowed: ["old"], run: killAndFail },
];

/** The act of a cell that stands for the time when all is done. */
const isEnd = (bench: Bench, { act }: Cell): boolean => act === bench.acts;

/** Clients that have been started, and wait for their orders. */
const waiting: ChildProcess[] = [];
process.on("exit", stopClients);

function startClient(): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "client.ts")], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.on("error", () => undefined);
  waiting.push(child);
  return child;
}

/** Ends the clients that nobody needs any more. */
export function stopClients(): void {
  for (const child of waiting.splice(0)) child.kill("SIGKILL");
}

async function killClient(bench: Bench, cell: Cell): Promise<Found> {
  while (waiting.length < 3) startClient();
  const client = waiting.shift()!;
  const ended = once(client, "exit");
  const { node } = bench.faults;
  const orders: Orders = {
    node: `${node.name}:${node.port}`,
    cookie: node.cookie,
    directory: `${bench.faults.lib}/faults-2`,
    journal: bench.journal,
    kill: isEnd(bench, cell) ? undefined : cell,
  };
  client.stdin!.end(`${JSON.stringify(orders)}\n`);
  const [, signal] = (await ended) as [number | null, string | null];
  if ((signal === "SIGKILL") === isEnd(bench, cell)) throw new Error(`the client ended with ${signal ?? "no signal"}`);
  return await bench.settle(cell);
}

async function cutConnection(bench: Bench, cell: Cell): Promise<Found> {
  await using proxy = await startProxy({ port: bench.faults.node.port });
  await using target = await bench.faults.connect(proxy.port);
  const cut = at(cell, () => {
    proxy.fail(cell.act % 2 === 0 ? "cut" : "reset");
  });
  await upgrade(target, bench.prepared, { journal: bench.journal, hook: cut });
  if (isEnd(bench, cell)) proxy.fail("cut");
  return await bench.settle(cell);
}

/** Before: what the step does first is done, but is said to have failed. After: all of it is. */
async function failStep(bench: Bench, cell: Cell): Promise<Found> {
  const broken = new Broken(bench.target);
  const hook: Hook = (moment, index) => {
    if (index !== cell.act) return;
    if (moment === "before" && cell.moment === "before") broken.fails = true;
    if (moment === "after") {
      broken.fails = false;
      // A step that changes nothing has nothing that could fail.
      if (cell.moment === "after" || !broken.hasFailed) failure();
    }
  };
  await upgrade(broken, bench.prepared, { journal: bench.journal, hook });
  return await bench.settle(cell);
}

/** A node whose next change is done, and raises nevertheless. */
class Broken implements Target {
  readonly identity: Target["identity"];
  readonly down: Target["down"];
  readonly #target: Target;
  fails = false;
  hasFailed = false;

  constructor(target: Target) {
    this.#target = target;
    this.identity = target.identity;
    this.down = target.down;
  }

  async call(mfa: Mfa, options: { readonly timeoutMs: number }): Promise<Outcome> {
    const outcome = await this.#target.call(mfa, options);
    if (!this.fails || !isChange(mfa)) return outcome;
    this.fails = false;
    this.hasFailed = true;
    return { kind: "raised", class: "error", reason: atom("fault") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}

/** What goes through the fence, notes in the guardian's log aside. */
function isChange({ function: fun, args }: Mfa): boolean {
  if (fun !== "expr" || args[1] === undefined) return false;
  const bindings = printTerm(args[1]);
  return bindings.includes("{'Function',") && !bindings.includes("{'Module',ets}");
}

/**
 * It is longer than the lease: what its guardian finds first then, a sign of the client or that it is late, is chance. On
 * a machine that is busy the short time-outs may be over before the act is reached; then it is done once more, with longer
 * ones.
 */
async function stopNode(bench: Bench, cell: Cell): Promise<Found> {
  const { node } = bench.faults;
  for (let tries = 1; tries <= 10; tries++) {
    const stoppedMs = STOPPED_MS * tries;
    let isReached = false as boolean;
    const stop = at(cell, () => {
      isReached = true;
      node.signal("SIGSTOP");
      setTimeout(() => {
        node.signal("SIGCONT");
      }, stoppedMs);
    });
    const options = { journal: bench.journal, hook: stop, leaseMs: stoppedMs * 0.7, timeouts: timeoutsFor(stoppedMs) };
    await upgrade(bench.target, bench.prepared, options);
    const found = await bench.settle(cell, { isReached });
    if (isReached) return found;
  }
  throw new Error("the act was never reached");
}

const STOPPED_MS = 1_000;
const timeoutsFor = (ms: number) => ({ suspendMs: ms * 0.3, codeChangeMs: ms * 0.3, callMs: ms * 0.5 });

/** The supervisor with all its workers while it is its turn; else a worker of each module. */
async function killProcess(bench: Bench, cell: Cell): Promise<Found> {
  const hook = killing(bench, cell);
  await upgrade(bench.target, bench.prepared, { journal: bench.journal, hook });
  return await bench.settle(cell, { restarted: true });
}

/** What began in the place of the killed one, maybe on the new code, meets the old code. */
async function killAndFail(bench: Bench, cell: Cell): Promise<Found> {
  const kill = killing(bench, cell);
  const hook: Hook = async (moment, act) => {
    await kill(moment, act);
    if (moment === "after" && act === cell.act) failure();
  };
  await upgrade(bench.target, bench.prepared, { journal: bench.journal, hook });
  return await bench.settle(cell, { restarted: true });
}

function killing(bench: Bench, cell: Cell): Hook {
  const { node } = bench.faults;
  const step = bench.prepared.upgrade.script[cell.act - 1];
  const isSupervisor = step !== undefined && JSON.stringify(step).includes("faults_sup") && cell.act > 1;
  const names = isSupervisor ? "[faults_sup]" : "[alpha_1, beta_2]";
  const ending = isSupervisor ? "[faults_sup, alpha_1, alpha_2, alpha_3]" : names;
  return at(cell, async () => {
    // Until its supervisor has started another one.
    await node.eval(`Before = [{Name, whereis(Name)} || Name <- ${ending}],
      [exit(whereis(Name), kill) || Name <- ${names}],
      ${until("lists:all(fun({Name, Pid}) -> not lists:member(whereis(Name), [undefined, Pid]) end, Before)")}`);
  });
}
