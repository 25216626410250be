import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { localSource } from "../../../src/engine/releases/block-source.js";
import { commitRelease } from "../../../src/engine/releases/commit.js";
import { takeInventory } from "../../../src/engine/releases/inventory.js";
import { removeRelease } from "../../../src/engine/releases/remove.js";
import { unpackPackage } from "../../../src/engine/releases/unpack.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import { walkSupervisionTree } from "../../../src/engine/walk.js";
import type { Target } from "../../../src/target/target.js";
import { runMain } from "../../cli/support/in-process.js";
import { TemporaryFolder } from "../../cli/support/root.js";
import { connectTo } from "../../support/connect.js";
import { describeElixir } from "../../support/erlang.js";
import { buildMixRelease, startMixRelease, type MixRelease } from "../../support/mix-release.js";
import type { PeerNode } from "../../support/peer.js";
import { asLines, otpWalk } from "../walks.js";

const SERVER = "'Elixir.Shelf.Server'";
/** Puts without a pause, and counts what it asked for, what was answered, and the answers that didn't go on counting. */
const TRAFFIC = `
  Put = fun Put(Asked, Answered, Last, Wrong) ->
    receive {stop, From} when Asked > 100 -> From ! {traffic, Asked, Answered, Wrong}
    after 0 ->
      {ok, Count} = ${SERVER}:put(book),
      Put(Asked + 1, Answered + 1, Count, case Count =:= Last + 1 of true -> Wrong; false -> Wrong + 1 end)
    end
  end,
  {ok, First} = ${SERVER}:put(book),
  register(shelf_traffic, spawn(fun() -> Put(0, 0, First, 0) end))`;
const STOP_TRAFFIC = `shelf_traffic ! {stop, self()}, receive {traffic, A, B, W} -> {A > 100, A - B, W} after 30000 -> gone end`;
const OWN_APPLICATIONS = "lists:sort([A || {A, _, _} <- application:which_applications(), lists:member(A, [shelf, stock, flyer, audit])])";
const ENVIRONMENT = "lists:sort(application:get_all_env(shelf))";

describeElixir("the life of an Elixir release", () => {
  let release: MixRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;

  const start = async (vsn: string): Promise<void> => {
    node = await startMixRelease(root, vsn);
    target = await connectTo(node);
  };
  const stop = async (): Promise<void> => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  };
  const apply = async (vsn: string) => {
    const { execution, bookkeeping } = await applyUpgrade(target, await readReleaseUpgrade(target, vsn));
    return { outcome: execution?.outcome, failure: execution?.failure, bookkeeping };
  };
  const bootedNext = (): string => readFileSync(join(root, "releases", "start_erl.data"), "utf8").split(" ")[1]!.trim();

  beforeAll(async () => {
    release = await buildMixRelease();
    root = await release.copy("mix");
    await start("0.1.0");
  });
  afterAll(async () => {
    await stop();
    await release[Symbol.asyncDispose]();
  });

  it("is walked as OTP's release handler walks it", async () => {
    const { processes, anomalies } = await walkSupervisionTree(target, { timeoutMs: 30_000 });
    expect(asLines(processes)).toEqual(await otpWalk(node));
    expect(processes.filter(({ application }) => application === "shelf").length).toBeGreaterThan(1);
    expect(anomalies.filter(({ application }) => application === "shelf")).toEqual([]);
  });

  it("has no RELEASES file, and looking makes none", async () => {
    const inventory = await takeInventory(target);
    expect(inventory).toMatchObject({ registered: undefined, running: { name: "shelf", vsn: "0.1.0" } });
    expect(inventory.releases).toMatchObject([{ vsn: "0.1.0", status: "permanent", missing: [] }]);
    expect(existsSync(join(root, "releases", "RELEASES"))).toBe(false);
  });

  it("is unpacked, and OTP knows from then on what the running release needs", async () => {
    await using source = (await localSource(release.tarballs["0.2.0"]))!;
    expect(await unpackPackage(target, { source })).toMatchObject({ result: "unpacked", newLibraries: expect.toSatisfy(
        (names: string[]) => names.toSorted().join() === "audit-0.1.0,shelf-0.2.0,stock-1.1.0",
      ) as string[],
    });
    const libraries = "[{Vsn, lists:sort(Libs)} || {_, Vsn, Libs, _} <- release_handler:which_releases()]";
    const known = await node.eval(`lists:sort(${libraries})`);
    expect(known).toMatch(/^\[{"0.1.0",\["compiler-.*"shelf-0.1.0".*{"0.2.0",\["audit-0.1.0".*"shelf-0.2.0"/);
    const onDisk = await node.eval(`{ok, [R]} = file:consult("${root}/releases/RELEASES"), lists:sort(element(5, hd(R)))`);
    expect(onDisk).toContain(`{elixir,"`);
  });

  it("has a plan that shows what its own boot would configure otherwise, runtime.exs among it", async () => {
    using cookie = new TemporaryFolder();
    cookie.write("cookie", node.cookie);
    const { code, out } = await runMain(["plan", "0.2.0", "-n", `${node.name}:${node.port}`, "--cookie-file", cookie.at("cookie")]);
    expect(code).toBe(0);
    expect(/^Configuration\n(?: {2}.*\n)+/m.exec(out)?.[0].split("\n")).toEqual([
      "Configuration",
      "  - shelf limit 10",
      "  + shelf limit 20",
      '  - shelf name <<"first">>',
      '  + shelf name <<"second">>',
      "",
    ]);
    expect(out).toMatch(/apply +application:start\(audit, /);
    expect(out).toMatch(/apply +application:unload\(flyer\)/);
  });

  it("is upgraded under traffic with the configuration that its own boot would make", async () => {
    expect(await node.eval(ENVIRONMENT)).toBe('[{limit,10},{name,<<"first">>}]');
    expect(await node.eval(OWN_APPLICATIONS)).toBe("[flyer,shelf,stock]");
    await node.eval(TRAFFIC);
    expect(await apply("0.2.0")).toEqual({
      outcome: "upgraded",
      failure: undefined,
      bookkeeping: { status: "current" },
    });
    expect(await node.eval(STOP_TRAFFIC)).toBe("{true,0,0}");
    expect(await node.eval(OWN_APPLICATIONS)).toBe("[audit,shelf,stock]");
    expect(await node.eval("'Elixir.Stock':room(book)")).toBe("2");
    expect(await node.eval(ENVIRONMENT)).toBe('[{limit,20},{name,<<"second">>}]');
    expect(await node.eval(`#{count := Count, limit := Limit} = sys:get_state(${SERVER}), {Count, Limit}`)).toMatch(
      /^{\d+,20}$/,
    );
  });

  it("has its protocols consolidated anew: the implementation that came with the upgrade is known", async () => {
    expect(await node.eval(`'Elixir.String.Chars':to_string('Elixir.Shelf.Item':new(<<"book">>))`)).toBe('<<"item book">>');
    expect(await node.eval(`'Elixir.Protocol':'consolidated?'('Elixir.String.Chars')`)).toBe("true");
  });

  it("is committed, and boots after a restart as it was", async () => {
    rmSync(join(root, "releases", "RELEASES"));
    expect(await commitRelease(target, undefined, { dryRun: true })).toMatchObject({ result: "checked", problems: [] });
    expect(existsSync(join(root, "releases", "RELEASES"))).toBe(false);
    expect(await commitRelease(target, undefined)).toMatchObject({ result: "committed", problems: [] });
    expect(bootedNext()).toBe("0.2.0");
    await stop();
    await start(bootedNext());
    expect(await node.eval(ENVIRONMENT)).toBe('[{limit,20},{name,<<"second">>}]');
    expect(await takeInventory(target)).toMatchObject({
      running: { vsn: "0.2.0" },
      releases: [{ vsn: "0.1.0", status: "old" }, { vsn: "0.2.0", status: "permanent", isRunning: true, bootsNext: true }],
    });
  });

  it("goes down again under traffic, and what is removed then takes nothing from what runs", async () => {
    await node.eval(TRAFFIC);
    expect(await apply("0.1.0")).toMatchObject({ outcome: "upgraded", bookkeeping: { status: "current" } });
    expect(await node.eval(STOP_TRAFFIC)).toBe("{true,0,0}");
    expect(await node.eval(ENVIRONMENT)).toBe('[{limit,10},{name,<<"first">>}]');
    expect(await node.eval(OWN_APPLICATIONS)).toBe("[flyer,shelf,stock]");
    expect(await node.eval(`sys:get_state(${SERVER})`)).toMatch(/^\d+$/);
    await node.eval(`application:set_env(shelf, limit, 99)`);
    expect(await commitRelease(target, "0.1.0")).toMatchObject({
      result: "committed",
      bootedBefore: "0.2.0",
      problems: [{ code: "environment-differs", detail: "shelf: limit." }],
    });
    await stop();
    await start(bootedNext());
    const removed = await removeRelease(target, "0.2.0");
    const own = ["lib/audit-0.1.0", "lib/shelf-0.2.0", "lib/stock-1.1.0", "releases/0.2.0"];
    expect(removed.deletes.toSorted()).toEqual(own.map((directory) => join(root, directory)));
    expect(removed.keeps.every(({ directory }) => existsSync(directory))).toBe(true);
    expect(await node.eval(`${SERVER}:put(book)`)).toBe("{ok,1}");
    expect((await takeInventory(target)).releases.map(({ vsn, missing }) => [vsn, missing])).toEqual([["0.1.0", []]]);
  });
});
