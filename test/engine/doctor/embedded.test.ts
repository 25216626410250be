import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootEmbedded } from "../../../src/cli/embedded.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { Target } from "../../../src/target/target.js";
import { atom, list, map, nil, string, tuple, type Term } from "../../../src/terms/term.js";
import { findingsOf, only } from "./support.js";

const ROOT = join(import.meta.dirname, "..", "..", "..", "releases", "counter");

/** The faults that the embedded node can have too. */
describe("doctor on an embedded node with a fault", () => {
  let target: Target;

  beforeAll(async () => {
    const options = { root: ROOT, boot: "0.1.0", connectTimeout: 10_000, timeout: 5_000 };
    target = await bootEmbedded(options, pino({ level: "silent" }));
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
  });

  async function call(module: string, fun: string, ...args: readonly Term[]): Promise<Term> {
    const outcome = await target.call({ module, function: fun, args }, { timeoutMs: 30_000 });
    if (outcome.kind !== "returned") throw new Error(`${module}:${fun} ${JSON.stringify(outcome)}`);
    return outcome.value;
  }

  it("process-suspended", async () => {
    await call("sys", "suspend", atom("counter_client"));
    expect(only(await findingsOf(target), "process-suspended").hint).toContain("sys:resume(counter_client)");
    await call("sys", "resume", atom("counter_client"));
    expect(await findingsOf(target)).toEqual([]);
  });

  it("supervisor-suspended", async () => {
    await call("sys", "suspend", atom("counter_sup"));
    expect(only(await findingsOf(target), "supervisor-suspended").severity).toBe("error");
    await call("sys", "resume", atom("counter_sup"));
    expect(await findingsOf(target)).toEqual([]);
  });

  it("callback-not-declared, of a child that is started", async () => {
    const child = (entries: Readonly<Record<string, Term>>): Term =>
      map(Object.entries(entries).map(([key, value]) => [atom(key), value] as const));
    const start = tuple(atom("counter_client"), atom("start_link"), nil);
    await call("supervisor", "terminate_child", atom("counter_sup"), atom("counter_client"));
    await call("supervisor", "delete_child", atom("counter_sup"), atom("counter_client"));
    const wrong = child({ id: atom("wrong"), start, modules: list(atom("client_api")) });
    await call("supervisor", "start_child", atom("counter_sup"), wrong);
    const finding = only(await findingsOf(target), "callback-not-declared");
    expect(finding.hint).toContain(
      "#{id => wrong, start => {counter_client, start_link, []}, modules => [counter_client]}",
    );
  });

  it("module-without-instruction and others of an upgrade, where there is one", async () => {
    const found = await findingsOf(target, {
      prepare: () => readApplicationUpgrade(target, join(ROOT, "lib", "counter-0.2.0")),
    });
    expect(found.map(({ code }) => code)).toEqual(["callback-not-declared"]);
    expect(await call("code", "add_pathz", string(join(ROOT, "lib", "counter-0.2.0", "ebin")))).toBe(atom("true"));
    const codes = (await findingsOf(target)).map(({ code }) => code);
    expect(codes).toEqual(["callback-not-declared", "code-path-shadowed"]);
  });
});
