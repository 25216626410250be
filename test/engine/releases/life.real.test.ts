import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { planUpgrade } from "../../../src/engine/plan.js";
import { localSource } from "../../../src/engine/releases/block-source.js";
import { recordInstalled } from "../../../src/engine/releases/bookkeeping.js";
import { commitRelease, readyToCommit } from "../../../src/engine/releases/commit.js";
import { takeInventory } from "../../../src/engine/releases/inventory.js";
import { removeRelease } from "../../../src/engine/releases/remove.js";
import { unpackPackage, type Unpacked, type UnpackOptions } from "../../../src/engine/releases/unpack.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import { encodeInstruction } from "../../../src/release/encode.js";
import type { Target } from "../../../src/target/target.js";
import { textOf } from "../../../src/terms/access.js";
import { printTerm } from "../../../src/terms/print.js";
import { atom, tuple } from "../../../src/terms/term.js";
import { startRelease } from "../../support/built-release.js";
import { connectTo } from "../../support/connect.js";
import { describeRebar3 } from "../../support/erlang.js";
import type { PeerNode } from "../../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../../support/rebar-release.js";
import { faulty, unwritable } from "./faulty.js";

/** Sells without a pause, and counts what it asked for, what was answered, and whether the answers went on counting. */
const TRAFFIC = `
  Sell = fun Sell(Asked, Answered, Last, Wrong) ->
    receive {stop, From} when Asked > 100 -> From ! {traffic, Asked, Answered, Wrong}
    after 0 ->
      {ok, Count} = shop_till:sell(book),
      Sell(Asked + 1, Answered + 1, Count, case Count =:= Last + 1 of true -> Wrong; false -> Wrong + 1 end)
    end
  end,
  {ok, First} = shop_till:sell(book),
  register(shop_traffic, spawn(fun() -> Sell(0, 0, First, 0) end))`;
const STOP_TRAFFIC = `shop_traffic ! {stop, self()}, receive {traffic, A, B, W} -> {A > 100, A - B, W} after 30000 -> gone end`;

describeRebar3("the life of a release", () => {
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;
  let target: Target;

  const start = async (vsn: string): Promise<void> => {
    node = await startRelease(root, vsn);
    target = await connectTo(node);
  };
  const stop = async (): Promise<void> => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  };
  const unpack = async (options?: UnpackOptions): Promise<Unpacked> => {
    await using source = (await localSource(release.tarballs["2.0.0"]))!;
    return await unpackPackage(target, { source }, options);
  };
  const apply = async (vsn: string) => {
    const { execution, bookkeeping } = await applyUpgrade(target, await readReleaseUpgrade(target, vsn));
    return { outcome: execution?.outcome, failure: execution?.failure, bookkeeping };
  };
  const statuses = async (): Promise<string> =>
    await node.eval("lists:sort([{Vsn, Status} || {_, Vsn, _, Status} <- release_handler:which_releases()])");
  const bootedNext = (): string => readFileSync(join(root, "releases", "start_erl.data"), "utf8").split(" ")[1]!.trim();

  beforeAll(async () => {
    release = await buildRebarRelease();
    root = await release.copy("life");
    await start("1.0.0");
  });
  afterAll(async () => {
    await stop();
    await release[Symbol.asyncDispose]();
  });

  it("begins with a package, which is checked first, then sent and unpacked", async () => {
    const before = readdirSync(join(root, "releases")).sort();
    expect(await unpack({ dryRun: true })).toMatchObject({ result: "checked", warnings: [] });
    expect(readdirSync(join(root, "releases")).sort()).toEqual(before);
    const phases = new Set<string>();
    const unpacked = await unpack({ onProgress: (phase) => phases.add(phase) });
    expect(unpacked).toMatchObject({
      result: "unpacked",
      name: "shopd",
      vsn: "2.0.0",
      resumedBytes: 0,
      deleted: [],
      newLibraries: ["wares-1.1.0", "ledger-0.1.0", "shop-2.0.0"],
    });
    expect([...phases]).toEqual(["read", "compare", "try", "send", "unpack", "verify"]);
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",unpacked}]');
    expect(readdirSync(join(root, "releases")).sort()).toEqual([...before, "2.0.0"].sort());
    expect(await unpack()).toMatchObject({ result: "unchanged" });
  });

  it("has a plan: the steps that systools makes, new and removed applications, and what its sys.config changes", async () => {
    const { plan } = await planUpgrade(target, (await readReleaseUpgrade(target, "2.0.0")).upgrade);
    expect(plan.upgrade).toMatchObject({ kind: "release", name: "shopd", from: "1.0.0", to: "2.0.0", origin: "appup" });
    const steps = plan.steps.map(({ instruction }) => printTerm(encodeInstruction(instruction)));
    const rel = (vsn: string): string => `"${join(root, "releases", vsn, "shopd")}"`;
    const made = await node.eval(`
      {ok, {_, [{_, _, Script}], _}, _, []} = systools:make_relup(${rel("2.0.0")}, [${rel("1.0.0")}], [],
        [noexec, silent, {path, filelib:wildcard("${root}/lib/*/ebin")}]),
      Script`);
    expect(`[${steps.join(",")}]`).toBe(made);
    expect(steps).toContain("{apply,{application,start,[ledger,permanent]}}");
    expect(steps.slice(-4)).toEqual([
      "{apply,{application,stop,[leaflet]}}",
      "{remove,{leaflet,brutal_purge,brutal_purge}}",
      "{purge,[leaflet]}",
      "{apply,{application,unload,[leaflet]}}",
    ]);
    const till = (await node.eval("pid_to_list(whereis(shop_till))")).replaceAll('"', "");
    const touching = plan.steps.filter(({ processes }) => processes.length > 0);
    expect(touching.map(({ instruction, processes }) => [instruction.instruction, processes.map(({ text }) => text)])).toEqual(
      ["suspend", "code_change", "resume"].map((instruction) => [instruction, [till]]),
    );
    expect(plan.findings).toEqual([]);
    expect(plan.upgrade.libraries.map(({ application, vsn }) => `${application}-${vsn}`).toSorted()).toEqual([
      "ledger-0.1.0",
      "shop-2.0.0",
      "wares-1.1.0",
    ]);
    expect(plan.upgrade.configuration).toEqual([
      "+ shop currency eur",
      "- shop discount 0",
      '- shop greeting "hello"',
      '+ shop greeting "welcome"',
    ]);
  });

  it("is upgraded under traffic: nothing is lost, and OTP says that it is current", async () => {
    await node.eval("register(shop_waiter, spawn(wares, wait, []))");
    await node.eval(TRAFFIC);
    expect(await apply("2.0.0")).toEqual({
      outcome: "upgraded",
      failure: undefined,
      bookkeeping: { status: "current" },
    });
    expect(await node.eval(STOP_TRAFFIC)).toBe("{true,0,0}");
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",current}]');
    expect(await node.eval("sys:get_state(shop_till)")).toMatch(/^{sold,\d+}$/);
    expect(await node.eval("wares:price(book)")).toBe("2");
    expect(await node.eval("lists:sort([A || {A, _, _} <- application:which_applications()])")).toBe(
      "[kernel,ledger,sasl,shop,stdlib,wares]",
    );
    expect(await node.eval("lists:sort(application:get_all_env(shop))")).toBe(
      '[{currency,eur},{discount,0},{greeting,"welcome"}]',
    );
    expect(await node.eval("persistent_term:get(shop_config_change)")).toBe(
      '{[{greeting,"welcome"}],[{currency,eur}],[]}',
    );
  });

  it("is found out to run where nobody has told OTP so", async () => {
    // As after an upgrade whose client was gone at its end.
    expect(await recordInstalled(target, "1.0.0", [])).toEqual({ status: "permanent" });
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",old}]');
    expect((await takeInventory(target)).running?.vsn).toBe("2.0.0");
  });

  it("is not committed while somebody would be killed by it, unless that is asked for", async () => {
    const refused = await commitRelease(target, undefined);
    expect(refused).toMatchObject({
      result: "refused",
      oldCodeUsers: [{ registeredName: "shop_waiter", modules: ["wares"] }],
      problems: [{ code: "old-code-in-use", severity: "error" }],
    });
    expect(refused.oldCodeUsers[0]?.pid).toBe((await node.eval("pid_to_list(whereis(shop_waiter))")).replaceAll('"', ""));
    expect(await node.eval("is_pid(whereis(shop_waiter))")).toBe("true");
    expect(bootedNext()).toBe("1.0.0");
    expect(await commitRelease(target, undefined, { force: true, dryRun: true })).toMatchObject({ result: "checked" });
    expect(await node.eval("is_pid(whereis(shop_waiter))")).toBe("true");
  });

  it("is what runs, but not what a start boots, until it is committed", async () => {
    const { running, releases } = await takeInventory(target);
    expect(running?.vsn).toBe("2.0.0");
    expect(releases.map(({ vsn, status, isRunning, bootsNext, missing }) => [vsn, status, isRunning, bootsNext, missing])).toEqual([
      ["1.0.0", "permanent", false, true, []],
      ["2.0.0", "old", true, false, []],
    ]);
    expect(bootedNext()).toBe("1.0.0");
    expect(await commitRelease(target, undefined, { force: true })).toMatchObject({
      result: "committed",
      vsn: "2.0.0",
      bootedBefore: "1.0.0",
      problems: [{ code: "old-code-in-use", severity: "warning" }],
      purged: ["wares"],
    });
    expect(await node.eval("whereis(shop_waiter)")).toBe("undefined");
    expect(bootedNext()).toBe("2.0.0");
    expect(await statuses()).toBe('[{"1.0.0",old},{"2.0.0",permanent}]');
    expect(await commitRelease(target, "2.0.0")).toMatchObject({ result: "unchanged" });
  });

  it("boots the new release after a restart", async () => {
    await stop();
    await start(bootedNext());
    expect(await node.eval("init:script_id()")).toBe('{"shopd","2.0.0"}');
    expect(await statuses()).toBe('[{"1.0.0",old},{"2.0.0",permanent}]');
    expect(await node.eval("sys:get_state(shop_till)")).toBe("{sold,0}");
    expect((await takeInventory(target)).running?.vsn).toBe("2.0.0");
  });

  it("goes down again under traffic, and back to what it was", async () => {
    await node.eval(TRAFFIC);
    expect(await apply("1.0.0")).toEqual({
      outcome: "upgraded",
      failure: undefined,
      bookkeeping: { status: "current" },
    });
    expect(await node.eval(STOP_TRAFFIC)).toBe("{true,0,0}");
    expect(await node.eval("lists:sort(application:get_all_env(shop))")).toBe('[{discount,0},{greeting,"hello"}]');
    expect(await statuses()).toBe('[{"1.0.0",current},{"2.0.0",permanent}]');
    await expect(removeRelease(target, "2.0.0")).rejects.toThrow("can't be removed: a start boots it");
    expect(await commitRelease(target, undefined)).toMatchObject({ result: "committed", bootedBefore: "2.0.0" });
  });

  it("is removed: what nothing else needs goes, and what runs stays", async () => {
    await expect(removeRelease(target, "1.0.0")).rejects.toThrow("can't be removed: the node runs it");
    await expect(removeRelease(target, "3.0.0")).rejects.toThrow("has no release 3.0.0");
    const planned = await removeRelease(target, "2.0.0", { dryRun: true });
    expect(planned.result).toBe("checked");
    expect(existsSync(join(root, "lib", "shop-2.0.0"))).toBe(true);
    const removed = await removeRelease(target, "2.0.0");
    expect(removed.deletes).toEqual(planned.deletes);
    expect(removed.deletes).toEqual([join(root, "releases/2.0.0"), join(root, "lib/wares-1.1.0")]);
    const kept = new Map(removed.keeps.map(({ directory, neededBy }) => [directory.slice(root.length + 1), neededBy]));
    // The node was started with it, and the downgrade had no reason to load what is the same in both.
    expect(kept.get("lib/shop-2.0.0")).toMatch(/^loaded code \(shop_(app|sup)\)$/);
    expect(kept.get("lib/stdlib-4.2") ?? [...kept.values()][0]).toBe("shopd 1.0.0");
    expect(await statuses()).toBe('[{"1.0.0",permanent}]');
    for (const { directory } of removed.keeps) expect(existsSync(directory)).toBe(true);
    for (const directory of removed.deletes) expect(existsSync(directory)).toBe(false);
    expect(await node.eval("shop_till:sell(book)")).toMatch(/^{ok,\d+}$/);
  });

  it("can be unpacked again after that", async () => {
    expect(await unpack()).toMatchObject({ result: "unpacked", vsn: "2.0.0" });
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",unpacked}]');
  });

  it("that OTP doesn't know of is upgraded to, and committed once the disk can be written", async () => {
    await node.eval('release_handler:set_removed("2.0.0")');
    const readOnly = unwritable(target, "eacces");
    await expect(removeRelease(readOnly, "2.0.0")).rejects.toMatchObject({ name: "FileError", reason: "eacces" });
    expect(existsSync(join(root, "releases", "2.0.0"))).toBe(true);
    await expect(readyToCommit(readOnly, "2.0.0")).rejects.toMatchObject({ name: "FileError", reason: "eacces" });
    const { execution, bookkeeping } = await applyUpgrade(readOnly, await readReleaseUpgrade(target, "2.0.0"));
    expect(execution?.outcome).toBe("upgraded");
    expect(bookkeeping).toMatchObject({
      status: undefined,
      problem: {
        code: "not-recorded",
        detail: expect.stringMatching(/relupctl-probe: eacces \[root-not-writable\]$/) as string,
        hint: expect.stringContaining("Let the node's user write in its release root.") as string,
      },
    });
    expect(await statuses()).toBe('[{"1.0.0",permanent}]');
    await expect(commitRelease(readOnly, undefined)).rejects.toMatchObject({ name: "FileError", reason: "eacces" });
    await readyToCommit(target, "2.0.0");
    expect(await commitRelease(target, undefined)).toMatchObject({ result: "committed", vsn: "2.0.0" });
    expect(await statuses()).toBe('[{"1.0.0",old},{"2.0.0",permanent}]');
    expect(bootedNext()).toBe("2.0.0");
  });

  it("isn't replaced by another build of its version: never while it runs, and one that ran before by force alone", async () => {
    const otherBuild = async (vsn: "1.0.0" | "2.0.0", options?: UnpackOptions): Promise<Unpacked> => {
      const directory = join(root, "..", `other-${vsn}`);
      mkdirSync(directory, { recursive: true });
      execFileSync("tar", ["-xzf", release.tarballs[vsn], "-C", directory]);
      writeFileSync(join(directory, "releases", vsn, "sys.config"), "[].\n");
      execFileSync("tar", ["-I", "gzip -1", "-cf", `${directory}.tar.gz`, "-C", directory, "."]);
      await using source = (await localSource(`${directory}.tar.gz`))!;
      return await unpackPackage(target, { source }, options);
    };
    const inUse = { problems: [{ code: "release-in-use" }] };
    await expect(otherBuild("2.0.0", { force: true })).rejects.toMatchObject(inUse);
    await expect(otherBuild("1.0.0")).rejects.toMatchObject(inUse);
    expect(readFileSync(join(root, "releases/1.0.0/sys.config"), "utf8")).toContain("hello");
    expect(await otherBuild("1.0.0", { force: true })).toMatchObject({ result: "unpacked" });
    expect(readFileSync(join(root, "releases/1.0.0/sys.config"), "utf8")).toBe("[].\n");
    expect(await statuses()).toBe('[{"1.0.0",unpacked},{"2.0.0",permanent}]');
    expect(await node.eval("shop_till:sell(book)")).toMatch(/^{ok,\d+}$/);
  });

  it("is not committed where other code, another path or another start than the release's is found", async () => {
    const lib = (vsn: string): string => join(root, "lib", `wares-${vsn}`, "ebin");
    const findings = async (): Promise<string[]> => {
      const { result, problems } = await commitRelease(target, undefined, { dryRun: true });
      return [result, ...problems.map(({ code, severity, detail }) => `${severity} ${code}: ${detail?.split(". ")[0] ?? ""}`)];
    };
    expect(await findings()).toEqual(["checked"]);
    await node.eval(`{ok, B} = file:read_file("${lib("1.0.0")}/wares.beam"), code:load_binary(wares, "", B)`);
    expect(await findings()).toEqual(["refused", "error code-differs: wares"]);
    await node.eval(`code:purge(wares), code:load_file(wares), code:replace_path(wares, "${lib("1.0.0")}")`);
    expect(await findings()).toEqual(["refused", `error code-path-differs: wares is in ${join(root, "lib/wares-1.0.0")}`]);
    await node.eval(`code:replace_path(wares, "${lib("1.1.0")}"), application:set_env(shop, greeting, "by hand")`);
    expect(await findings()).toEqual(["checked", "warning environment-differs: shop: greeting."]);
    await node.eval(`application:set_env(shop, greeting, "welcome")`);
    const startErl = join(root, "releases", "start_erl.data");
    const before = readFileSync(startErl, "utf8");
    writeFileSync(startErl, before.replace("2.0.0", "1.0.0"));
    await expect(commitRelease(target, undefined)).rejects.toMatchObject({ problems: [{ code: "start-erl-differs" }] });
    writeFileSync(startErl, before);
    expect(await commitRelease(target, undefined)).toMatchObject({ result: "unchanged", problems: [] });
  });

  it("has its files as they were where the disk is full in the middle of a commit, and of a removal all is told", async () => {
    expect(await apply("1.0.0")).toMatchObject({ outcome: "upgraded" });
    const files = ["RELEASES", "start_erl.data"].map((name) => join(root, "releases", name));
    const before = files.map((file) => readFileSync(file, "utf8"));
    // release_handler empties a file before it writes it.
    const full = faulty(target, ({ function: fun }) => {
      if (fun !== "make_permanent") return undefined;
      for (const file of files) writeFileSync(file, "");
      return { kind: "returned", value: tuple(atom("error"), atom("enospc")) };
    });
    await expect(commitRelease(full, undefined)).rejects.toMatchObject({ problems: [{ code: "commit-failed" }] });
    expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(before);
    expect(await commitRelease(target, undefined)).toMatchObject({ result: "committed", vsn: "1.0.0" });

    const stuck = faulty(target, ({ function: fun, args }) => {
      const isOwn = fun === "del_dir_r" && textOf(args[0]) === join(root, "releases/2.0.0");
      return isOwn ? { kind: "returned", value: tuple(atom("error"), atom("eacces")) } : undefined;
    });
    await expect(removeRelease(stuck, "2.0.0")).rejects.toMatchObject({
      problems: [{ code: "remove-incomplete", detail: expect.stringContaining("releases/2.0.0 failed: eacces") as string }],
    });
    expect(await statuses()).toBe('[{"1.0.0",permanent}]');
    expect((await removeRelease(target, "2.0.0")).deletes).toContain(join(root, "releases/2.0.0"));
    expect(existsSync(join(root, "releases/2.0.0"))).toBe(false);
  });
});
