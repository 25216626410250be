import { copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { failureDocument } from "./support/documents.js";
import { compile, compileText, type Version } from "./support/erlang-modules.js";
import { runMain } from "./support/in-process.js";
import { journalShowDocument } from "./support/journal-documents.js";
import { TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, relupctl, relupctlJson, unwrapped } from "./support/run.js";
import { swapDocument, swapPlanDocument } from "./support/swap-documents.js";

const failure = failureDocument("swap");

describeErlang("swap on a real node", () => {
  const folder = new TemporaryFolder();
  let node: PeerNode;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(async () => {
    await node.stop();
    folder[Symbol.dispose]();
  });

  const at = (): string[] => [
    ...["-n", `${node.name}:${node.port}`, "--cookie-file", `${node.home}/.erlang.cookie`],
    ...["--journal", folder.at("journal")],
  ];
  const swap = async <Schema extends z.ZodType>(schema: Schema, ...args: string[]) => {
    const { code, out } = await runMain(["swap", ...args, ...at(), "--json"]);
    return { code, document: oneDocument(out, schema) };
  };
  const code = (name: string, version: Version): Promise<string> => compile(node, folder, name, version);
  const load = (beam: string): Promise<string> => node.eval(`code:load_abs("${beam.replace(/\.beam$/, "")}")`);
  /** All that a swap could leave otherwise. */
  const condition = (module: string): Promise<string> =>
    node.eval(
      `{sys:get_state(${module}), ${module}:module_info(md5), erlang:check_old_code(${module}), code:which(${module}), ` +
        `lists:nth(2, element(4, sys:get_status(${module})))}`,
    );

  /** The counter of two versions, the first of which runs, and has been asked twice. */
  async function counter(module: string, attributes: [string, string], codeChange: string) {
    const one = await code(`${module}-1`, { module, attributes: attributes[0], state: "N" });
    const two = await code(`${module}-2`, { module, attributes: attributes[1], state: "{tschak, N}", codeChange });
    await load(one);
    await node.eval(`${module}:start()`);
    expect(await node.eval(`{${module}:next(), ${module}:next()}`)).toBe("{0,1}");
    return { one, two };
  }

  it("carries the count of a process that no supervisor knows over, with the version that is given", async () => {
    // -version is no -vsn: what the code says of itself is its MD5.
    const { two } = await counter(
      "z",
      ['-version("0").', '-version("1").'],
      'code_change("0", N, []) -> {ok, {tschak, N}}.',
    );
    const before = await condition("z");
    const failed = await swap(swapDocument, two, "--process", "z", "--show-state");
    expect(failed).toMatchObject({ code: 4, document: { result: "rolled_back", notUndone: [] } });
    expect(failed.document.failure?.summary).toContain("function_clause");
    expect(failed.document.modules).toMatchObject([{ oldVsn: expect.stringMatching(/^\d{30,}$/) as string }]);
    expect(await condition("z")).toBe(before);

    const said = await runMain(["swap", two, "--process", "z", "--from-vsn", '"0"', "--show-state", ...at()]);
    expect(said.code).toBe(0);
    expect(unwrapped(said.out)).toContain('code_change of z gets the old version "0", as --from-vsn says.');
    expect(said.out).toMatch(/before {3}2\n {2}after {4}\{tschak,2\}/);
    expect(await node.eval("{z:next(), sys:get_state(z)}")).toBe("{2,{tschak,3}}");
  });

  it("takes the version that the loaded code declares, and finds the process by itself", async () => {
    const { two } = await counter("y", ['-vsn("0").', '-vsn("1").'], 'code_change("0", N, x) -> {ok, {tschak, N}}.');
    const plan = await runMain(["swap", two, "--extra", "x", "--dry-run", ...at(), "--json"]);
    expect(plan.code).toBe(0);
    expect(oneDocument(plan.out, swapPlanDocument)).toMatchObject({ from: '"0"', to: '"1"', findings: [] });
    expect(await node.eval("y:next()")).toBe("2");

    const { code, document } = await swap(swapDocument, two, "--extra", "x");
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", name: "y", processes: { migrated: 1, missed: 0 } });
    expect(document.steps.map(({ instruction }) => instruction)).toEqual([
      "load_object_code",
      "point_of_no_return",
      "suspend",
      "load",
      "code_change",
      "resume",
    ]);
    expect(document.modules).toMatchObject([{ module: "y", oldVsn: '"0"', oldVsnGiven: false }]);
    expect(await node.eval("{y:next(), sys:get_state(y), code:which(y)}")).toBe(`{3,{tschak,4},"${two}"}`);

    const shown = await runMain(["journal", "show", "last", "--journal", folder.at("journal"), "--json"]);
    expect(oneDocument(shown.out, journalShowDocument)).toMatchObject({
      command: "swap",
      status: "upgraded",
      kind: "modules",
    });
  });

  it("changes several modules in one go: one that fails takes all back", async () => {
    const good = 'code_change("0", N, []) -> {ok, {tschak, N}}.';
    const vsns: [string, string] = ['-vsn("0").', '-vsn("1").'];
    const first = await counter("first", vsns, good);
    const second = await counter("second", vsns, "code_change(_, _, _) -> {error, not_today}.");
    const before = [await condition("first"), await condition("second")];
    const failed = await swap(swapDocument, first.two, second.two);
    expect(failed).toMatchObject({ code: 4, document: { result: "rolled_back", name: "first, second" } });
    expect([await condition("first"), await condition("second")]).toEqual(before);

    const mended = await code("second-3", {
      module: "second",
      attributes: '-vsn("2").',
      state: "{tschak, N}",
      codeChange: good,
    });
    const helper = await code("helper-1", { module: "helper", attributes: "", state: "N" });
    const done = await swap(swapDocument, first.two, mended, helper);
    expect(done).toMatchObject({ code: 0, document: { processes: { migrated: 2 } } });
    expect(await node.eval("{first:next(), second:next(), erlang:module_loaded(helper)}")).toBe("{2,2,true}");
  });

  it("changes event handlers in their manager, and the specification of a supervisor", async () => {
    const handler = (vsn: string, state: string, more: string): Promise<string> =>
      compileText(node, folder, `hand-${vsn}`, {
        module: "hand",
        text: `-module(hand). -vsn("${vsn}"). -behaviour(gen_event).
               -export([init/1, handle_event/2, handle_call/2, code_change/3]).
               init([]) -> {ok, ${state}}.
               handle_event(_, S) -> {ok, S}.
               handle_call(_, S) -> {ok, S, S}.
               code_change${more}`,
      });
    const supervisor = (vsn: string, intensity: number): Promise<string> =>
      compileText(node, folder, `tops-${vsn}`, {
        module: "tops",
        text: `-module(tops). -vsn("${vsn}"). -behaviour(supervisor). -export([init/1]).
               init([]) -> {ok, {#{intensity => ${intensity}}, []}}.`,
      });
    await load(await handler("1", "one", "(_, S, _) -> {ok, S}."));
    await load(await supervisor("1", 1));
    // Linked to nobody: whoever asks the node to start them ends.
    await node.eval("{ok, M} = gen_event:start({local, manager}), gen_event:add_handler(M, hand, [])");
    await node.eval("{ok, S} = supervisor:start_link({local, tops}, tops, []), unlink(S)");
    const files = [await handler("2", "two", '("1", one, []) -> {ok, two}.'), await supervisor("2", 7)];
    const { code, document } = await swap(swapDocument, ...files);
    expect(code).toBe(0);
    expect(document).toMatchObject({ processes: { migrated: 2 } });
    expect(await node.eval("gen_event:call(manager, hand, state)")).toBe("two");
    expect(await node.eval("element(6, sys:get_state(tops))")).toBe("7");
  });

  it("wants all processes of a module named, or none", async () => {
    const { one, two } = await counter(
      "many",
      ['-vsn("0").', '-vsn("1").'],
      "code_change(_, N, _) -> {ok, {tschak, N}}.",
    );
    await node.eval("many:start(other)");
    const refused = await swap(swapDocument, two, "--process", "other");
    expect(refused).toMatchObject({
      code: 3,
      document: { findings: [{ code: "process-not-chosen", module: "many" }] },
    });
    const pid = JSON.parse((await node.eval("pid_to_list(whereis(many))")).replaceAll("'", '"')) as string;
    const both = await swap(swapDocument, two, "--process", "other", "--process", pid);
    expect(both).toMatchObject({ code: 0, document: { processes: { migrated: 2 } } });
    expect(await node.eval("{sys:get_state(many), sys:get_state(other)}")).toBe("{{tschak,2},{tschak,0}}");

    // Back, without a code_change: only the code.
    const loaded = await swap(swapDocument, one, "--load-only");
    expect(loaded).toMatchObject({ code: 0, document: { processes: { migrated: 0, reloaded: 2 } } });
    expect(loaded.document.steps.map(({ instruction }) => instruction)).not.toContain("suspend");
    expect(await node.eval(`{sys:get_state(many), code:which(many)}`)).toBe(`{{tschak,2},"${one}"}`);
  });

  it("says whom a purge would kill, and does it with --force only", async () => {
    const one = await code("loop-1", { module: "looped", attributes: '-vsn("0").', state: "N" });
    const two = await code("loop-2", { module: "looped", attributes: '-vsn("1").', state: "N" });
    const three = await code("loop-3", { module: "looped", attributes: '-vsn("2").', state: "N" });
    await load(one);
    await node.eval("register(looper, spawn(looped, loop, []))");
    await load(two);
    const refused = await swap(swapDocument, three, "--load-only");
    const pid = (await node.eval("whereis(looper)")).replaceAll('"', "");
    expect(refused).toMatchObject({ code: 3, document: { findings: [{ code: "old-code-in-use", pids: [pid] }] } });
    expect(await node.eval("is_process_alive(whereis(looper))")).toBe("true");
    expect((await swap(swapDocument, three, "--load-only", "--force")).code).toBe(0);
    expect(await node.eval("{whereis(looper), proplists:get_value(vsn, looped:module_info(attributes))}")).toBe(
      '{undefined,"2"}',
    );
  });

  it("puts code back whose file was overwritten, where it is told where that code is", async () => {
    const { one, two } = await counter("kept", ['-vsn("0").', '-vsn("1").'], "code_change(_, _, _) -> {error, no}.");
    const saved = folder.at("kept.saved");
    copyFileSync(one, saved);
    copyFileSync(two, one);
    const before = await condition("kept");
    const failed = await swap(swapDocument, one, "--running", saved);
    expect(failed).toMatchObject({ code: 4, document: { result: "rolled_back", notUndone: [] } });
    expect((await condition("kept")).replace(saved, one)).toBe(before);
    const other = await swap(failure, one, "--running", two);
    expect(other).toMatchObject({ code: 3, document: { error: { code: "not-the-running-code" } } });
  });

  it("refuses what it can't do, before anything changes", async () => {
    const { one, two } = await counter(
      "still",
      ['-vsn("0").', '-vsn("1").'],
      "code_change(_, N, _) -> {ok, {tschak, N}}.",
    );
    const unloaded = await code("unloaded-1", { module: "unloaded", attributes: "", state: "N" });
    const without = await code("without-1", { module: "still", attributes: '-vsn("3").', state: "N" });
    folder.write("text.beam", "this is no code");
    const before = await condition("still");
    const refusal = async (...args: string[]) => {
      const { code, document } = await swap(failure, ...args);
      return [code, document.error.code];
    };
    expect(await refusal(folder.at("text.beam"))).toEqual([2, "not-object-code"]);
    expect(await refusal(folder.at("none.beam"))).toEqual([2, "file-not-readable"]);
    expect(await refusal(two, two)).toEqual([2, "module-given-twice"]);
    expect(await refusal(unloaded)).toEqual([3, "module-not-loaded"]);
    expect(await refusal(one)).toEqual([3, "already-loaded"]);
    expect(await refusal(two, "--process", "nobody")).toEqual([3, "process-not-found"]);
    expect(await refusal(two, "--process", "<0.999999.0>")).toEqual([3, "process-not-found"]);
    expect(await refusal(two, "--process", "kernel_sup")).toEqual([3, "process-of-another-module"]);
    expect(await refusal(two, "--load-only", "--process", "still")).toEqual([1, "usage"]);
    expect(await refusal(two, "--load-only", "--extra", "[]")).toEqual([1, "usage"]);
    expect(await refusal(two, "--from-vsn", '"0')).toEqual([1, "usage"]);
    const missing = await swap(swapDocument, without);
    expect(missing).toMatchObject({ code: 3, document: { findings: [{ code: "code-change-missing" }] } });
    expect(missing.document.findings[0]!.hint).toContain("--load-only");
    expect(await condition("still")).toBe(before);

    const loaded = await swap(swapDocument, unloaded, "--load-only");
    expect(loaded).toMatchObject({ code: 0, document: { from: "none", processes: { migrated: 0 } } });
    expect(await node.eval("erlang:module_loaded(unloaded)")).toBe("true");
  });
});

describe("swap on the embedded node", () => {
  const version = (vsn: string): string => `${COUNTER}/lib/counter-${vsn}/ebin/counter.js`;

  it("takes .js modules, named after their files", async () => {
    const args = ["swap", version("0.2.0"), "--process", "counter", "--root", COUNTER];
    const { code, document } = await relupctlJson(args, swapDocument);
    expect(code).toBe(0);
    expect(document).toMatchObject({ result: "upgraded", from: '"0.1.0"', to: '"0.2.0"', processes: { migrated: 1 } });
    const counter = document.states?.find(({ registeredName }) => registeredName === "counter");
    expect([counter?.before, counter?.after]).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\{counted,\d+\}$/),
    ]);
  });

  it("rolls a failing one back, and refuses what is no module", async () => {
    const failed = await relupctl(["swap", version("0.3.0"), "--boot", "0.2.0", "--root", COUNTER]);
    expect(failed.code).toBe(4);
    expect(unwrapped(failed.stdout)).toContain('Failed and rolled back: the node runs "0.2.0" as before');
    using folder = new TemporaryFolder();
    folder.write("counter.js", "this is no JavaScript");
    const refused = await relupctlJson(["swap", folder.at("counter.js"), "--root", COUNTER], failure);
    expect(refused).toMatchObject({ code: 2, document: { error: { code: "not-object-code" } } });
  });
});
