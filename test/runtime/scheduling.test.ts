import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/runtime/index.js";
import { bootTest } from "./support/boot.js";
import { PATIENTLY } from "./support/runs.js";

const HEAD = `const api = require("relupctl/runtime");
const { atom, tuple, list, self, send, receive, spawn, spawn_link, sleep, send_after, gen_server, local, whereis, register } = api;
`;
const boot = async (source: string, options = {}) => await bootTest([{ modules: { m: HEAD + source } }], options);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("scheduling", () => {
  it("lets timers and other processes run beside processes that never wait", async () => {
    await using test = await boot(`
exports.busy = () => { for (let i = 0; i < 3; i++) spawn(exports.pingSelf); return atom("ok"); };
exports.pingSelf = async () => { for (;;) { send(self(), 1); await receive(); } };
exports.pair = () => {
  const other = spawn(async () => { for (;;) { const from = await receive(); send(from, self()); } });
  spawn(async () => { for (;;) { send(other, self()); await receive(); } });
  return atom("ok");
};
exports.add = (a, b) => a + b;`);
    await test.value("m:busy");
    await test.value("m:pair");
    let timers = 0;
    const timer = setInterval(() => timers++, 1);
    for (let index = 0; index < 50; index++)
      expect(await test.call("m:add", String(index), "1")).toBe(String(index + 1));
    await expect.poll(() => timers, PATIENTLY).toBeGreaterThan(5);
    clearInterval(timer);
  });

  it("lets ten thousand processes answer in turn", async () => {
    await using test = await boot(`
exports.ring = async (size) => {
  const first = self();
  let next = first;
  for (let i = 0; i < size; i++) { const to = next; next = spawn(async () => send(to, (await receive()) + 1)); }
  send(next, 0);
  return await receive();
};`);
    expect(await test.call("m:ring", "10000")).toBe("10000");
  });

  it("abandons what a killed process waits for: nothing of it happens after its death", async () => {
    const clock = new ManualClock();
    await using test = await boot(
      `
globalThis.afterDeath = [];
exports.stuck = () => {
  const pid = spawn(async () => {
    try { await globalThis.outside; globalThis.afterDeath.push("woke"); send(atom("m_watch"), atom("from_the_dead")); globalThis.afterDeath.push("sent"); }
    finally { globalThis.afterDeath.push("finally"); }
  });
  register(atom("m_stuck"), pid);
  return pid;
};
exports.sleeper = () => { const pid = spawn(async () => { await sleep(5); globalThis.afterDeath.push("slept"); }); register(atom("m_sleep"), pid); return pid; };
exports.watch = () => { register(atom("m_watch"), spawn(async () => { await sleep(60000); })); return atom("ok"); };
exports.kill = (name) => { api.exit_signal(whereis(name), atom("kill")); return whereis(name) === undefined; };
`,
      { clock },
    );
    const world = globalThis as unknown as { outside: Promise<void>; afterDeath: string[] };
    let release = (): void => undefined;
    world.outside = new Promise((resolve) => {
      release = resolve;
    });
    await test.value("m:watch");
    await test.value("m:stuck");
    await test.value("m:sleeper");
    await turn();
    expect(await test.call("m:kill", "m_stuck")).toBe("true");
    expect(await test.call("m:kill", "m_sleep")).toBe("true");
    release();
    await clock.advance(20);
    // JavaScript itself can't be stopped, but the node refuses what the dead process asks of it.
    expect(world.afterDeath).toEqual(["woke", "finally"]);
    expect(await test.call("erlang:process_info", "m_watch", "messages")).toBe("error:badarg");
    const watch = await test.value("erlang:whereis", "m_watch");
    expect(await test.call("erlang:process_info", watch, "messages")).toBe("{messages,[]}");
  });

  it("ends a process that drops a promise which fails, and nothing else", async () => {
    await using test = await boot(`
exports.start = () => { register(atom("m_drops"), spawn(exports.drops)); return atom("ok"); };
exports.drops = async () => { Promise.reject(new Error("dropped")); await sleep(100000); };
exports.late = async () => { const call = gen_server.call(atom("nobody"), 1); await sleep(1); return atom("unreachable"); };`);
    await test.value("m:start");
    await expect.poll(() => test.call("erlang:whereis", "m_drops"), PATIENTLY).toBe("undefined");
    expect(test.events).toContainEqual(expect.objectContaining({ kind: "process_error" }));
    expect(await test.call("m:late")).toMatch(/^exit:\{noproc,/);
    expect(await test.call("erlang:node")).toBe("relupctl@embedded");
  });

  it("keeps a process alive that waits in several places at once", async () => {
    await using test = await boot(`
exports.echo = () => { register(atom("m_echo"), spawn(async () => { for (;;) { const m = await receive(); gen_server.reply(m.elements[1], m.elements[2]); } })); return atom("ok"); };
exports.both = async () => {
  const answers = await Promise.all([1, 2, 3].map((n) => gen_server.call(atom("m_echo"), n)));
  return list(...answers);
};`);
    await test.value("m:echo");
    expect(await test.call("m:both")).toBe("[1,2,3]");
  });

  it("takes messages in any order by what they are, and leaves the others", async () => {
    await using test = await boot(`
exports.selective = async () => {
  for (let i = 1; i <= 200; i++) send(self(), i);
  const odd = [];
  for (let m; (m = await receive({ match: (x) => x % 2 === 1, timeoutMs: 0 })) !== undefined; ) odd.push(m);
  const first = await receive();
  const none = await receive({ match: (x) => x === 1000, timeoutMs: 1 });
  return list(odd.length, first, none === undefined ? atom("none") : none);
};`);
    expect(await test.call("m:selective")).toBe("[100,2,none]");
  });
});

describe("a manual clock", () => {
  it("lets time pass only when told", async () => {
    const clock = new ManualClock();
    await using test = await boot(
      `exports.start = () => {
  register(atom("m_timer"), spawn(async () => {
    send_after(1000, self(), atom("tick"));
    const first = await receive({ timeoutMs: 5000 });
    const second = await receive({ timeoutMs: 5000 });
    await receive({ match: (m) => m === atom("never"), timeoutMs: 100000 });
  }));
  return atom("ok");
};`,
      { clock },
    );
    const call = async (mfa: string, ...args: string[]): Promise<string> => {
      const answer = test.call(mfa, ...args);
      await clock.advance(0);
      return await answer;
    };
    await call("m:start");
    const reductions = async (): Promise<number> => {
      const pid = test.value("erlang:whereis", "m_timer");
      await clock.advance(0);
      const info = test.call("erlang:process_info", await pid, "reductions");
      await clock.advance(0);
      return Number(/\d+/.exec(await info)![0]);
    };
    const before = await reductions();
    await clock.advance(999);
    expect(await reductions()).toBe(before);
    await clock.advance(1);
    expect(await reductions()).toBe(before + 1);
    await clock.advance(4_999);
    expect(await reductions()).toBe(before + 1);
    await clock.advance(1);
    expect(await reductions()).toBe(before + 2);
    expect(await call("erlang:monotonic_time", "millisecond")).toBe("6000");
  });
});

describe("a closed node", () => {
  it("leaves no timer, no handle and no process, whatever ran on it", async () => {
    const resources = (): string[] =>
      process.getActiveResourcesInfo().filter((kind) => kind === "Timeout" || kind === "Immediate");
    const before = resources().length;
    const test = await boot(`
exports.busy = () => {
  send_after(100000, atom("nobody"), 1);
  send_after(100000, whereis(atom("init")), 1);
  spawn(async () => { await sleep(100000); });
  spawn(async () => { await gen_server.call(whereis(atom("init")), 1, 100000); });
  spawn(async () => { await receive({ timeoutMs: 100000 }); });
  return atom("ok");
};`);
    await test.value("m:busy");
    await test.value("timer:apply_after", "100000", "erlang", "self", "[]");
    const late = test.call("timer:sleep", "infinity");
    await turn();
    expect(resources().length).toBeGreaterThan(before);
    await test[Symbol.asyncDispose]();
    expect(await late).toBe("unknown:connection_lost");
    await turn();
    await turn();
    expect(resources().length).toBe(before);
    expect(test.node.processCount).toBe(0);
    await test[Symbol.asyncDispose]();
  });
});
