import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { applyUpgrade, type Applied, type ApplyOptions } from "../../../src/engine/apply.js";
import { historyOf } from "../../../src/engine/journal/history.js";
import { openJournal } from "../../../src/engine/journal/open.js";
import { readJournal } from "../../../src/engine/journal/read.js";
import { planUpgrade } from "../../../src/engine/plan.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { commitRelease } from "../../../src/engine/releases/commit.js";
import { readReleaseUpgrade } from "../../../src/engine/source/release.js";
import { connect } from "../../../src/distribution/index.js";
import { encodeInstruction } from "../../../src/release/encode.js";
import type { Target } from "../../../src/target/target.js";
import { printTerm } from "../../../src/terms/print.js";
import type { Executor } from "../../../src/upgrade/upgrade.js";
import { startRelease } from "../../support/built-release.js";
import { useEpmd, type Epmd } from "../../support/epmd.js";
import { describeRebar3 } from "../../support/erlang.js";
import type { PeerNode } from "../../support/peer.js";
import { buildRebarRelease, type RebarRelease } from "../../support/rebar-release.js";
import { unwritable } from "../releases/faulty.js";

describeRebar3("OTP's release handler as the executor", () => {
  let release: RebarRelease;
  let roots = 0;
  let root: string;
  let epmd: Epmd;
  let node: PeerNode;
  let target: Target;

  const start = async (vsn: string, heart: boolean, again: Partial<PeerNode> = {}): Promise<void> => {
    node = await startRelease(root, vsn, {
      args: heart ? ["-heart"] : [],
      ...(again.name !== undefined && { name: again.name.split("@")[0]! }),
      ...(again.cookie !== undefined && { cookie: again.cookie }),
    });
  };
  // Through epmd: after a restart the node listens at another port.
  const reconnect = (): Promise<Target> =>
    connect({ node: node.name, cookie: node.cookie, timeoutMs: 30_000, epmdPort: epmd.port });
  const ask = async (expressions: string): Promise<string> => await node.eval(expressions);
  const statuses = (): Promise<string> =>
    ask("lists:sort([{Vsn, Status} || {_, Vsn, _, Status} <- release_handler:which_releases()])");
  const relup = (): string => join(root, "releases", "2.0.0", "relup");
  /** Writes a relup of 2.0.0 whose script is what the given function makes of that of the appups. */
  const writeRelup = async (change: (script: readonly string[]) => readonly string[]): Promise<void> => {
    const { upgrade } = await readReleaseUpgrade(target, "2.0.0");
    const script = change(upgrade.script.map((step) => printTerm(encodeInstruction(step))));
    writeFileSync(relup(), `{"2.0.0", [{"1.0.0", [], [${script.join(",\n")}]}], []}.\n`);
  };
  const prepare = async (executor?: Executor): Promise<PreparedUpgrade> => {
    const prepared = await readReleaseUpgrade(target, "2.0.0");
    return { ...prepared, upgrade: { ...prepared.upgrade, ...(executor && { executor }) } };
  };
  const apply = async (executor?: Executor, options: ApplyOptions = {}): Promise<Applied> =>
    await applyUpgrade(target, await prepare(executor), { reconnect, ...options });

  beforeAll(async () => {
    // One for all nodes, so that a node that comes again gets another creation.
    epmd = await useEpmd();
    release = await buildRebarRelease();
  });
  afterAll(async () => {
    await release[Symbol.asyncDispose]();
    await epmd.release();
  });
  beforeEach(async () => {
    root = await release.copy(`otp-${++roots}`);
    await promisify(execFile)("tar", [
      ...["xzf", release.tarballs["2.0.0"], "-C", root],
      ...["--exclude", "releases/RELEASES", "--exclude", "releases/start_erl.data"],
    ]);
  });
  afterEach(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  });

  it("does an ordinary upgrade, without a relup of the release's own, and nothing of ours is left", async () => {
    await start("1.0.0", false);
    target = await reconnect();
    await ask("shop_till:sell(book)");
    const journals = join(root, "journal");
    await mkdir(journals);
    // A relup would have to be written: that it can't be is found out before anything is done.
    const unwritten = applyUpgrade(unwritable(target, "erofs"), await prepare("otp"));
    await expect(unwritten).rejects.toMatchObject({ name: "FileError", reason: "erofs" });
    expect(await statuses()).not.toContain("current");
    const applied = await apply("otp", {
      openJournal: (opening) => openJournal(journals, opening, { command: "apply", version: "1" }),
    });
    expect(applied.execution).toMatchObject({
      outcome: "upgraded",
      executor: "otp",
      restart: undefined,
      notUndone: [],
    });
    expect(new Set(applied.execution!.steps.map(({ status }) => status))).toEqual(new Set(["done"]));
    expect(applied.bookkeeping).toEqual({ status: "current" });
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",current}]');
    expect(await ask("sys:get_state(shop_till)")).toBe("{sold,1}");
    expect(await ask("{whereis(relupctl), whereis(relupctl_last)}")).toBe("{undefined,undefined}");
    expect(existsSync(relup())).toBe(false);
    const history = historyOf(await readJournal(applied.journal!.path));
    expect(history).toMatchObject({ status: "upgraded", install: { status: "done" } });
    expect(new Set(history.steps.map(({ status }) => status))).toEqual(new Set(["not_begun"]));
  });

  it("tells why it would not begin, and has specifications and environments put back that OTP has changed", async () => {
    await start("1.0.0", false);
    target = await reconnect();
    await writeRelup((script) => ['{load_object_code,{shop,"2.0.0",[shop_nothing]}}', ...script]);
    const before = await ask("{application:get_key(shop, vsn), lists:sort(application:get_all_env(shop))}");
    const { execution } = await apply("otp", { allowed: ["module-missing"] });
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      restart: undefined,
      failure: {
        code: "install-failed",
        summary: expect.stringMatching(/there is no file .*shop_nothing.beam$/) as string,
      },
    });
    expect(await ask("{application:get_key(shop, vsn), lists:sort(application:get_all_env(shop))}")).toBe(before);
    expect(await ask("{shop_till:sell(book), whereis(relupctl)}")).toBe("{{ok,1},undefined}");
  });

  it("restarts the node where a step fails, which is waited for; relupctl would have taken it back", async () => {
    await start("1.0.0", false);
    target = await reconnect();
    const path = await ask("lists:sort(code:get_path())");
    await writeRelup((script) => [...script, "{apply,{erlang,binary_to_term,[nothing]}}"]);
    const here = await apply("relupctl");
    expect(here.execution).toMatchObject({ outcome: "rolled_back", failure: { code: "apply-failed" } });
    // The directory of the application that is new in it is gone again.
    expect(await ask("lists:sort(code:get_path())")).toBe(path);
    expect(await ask("sys:get_state(shop_till)")).toBe("0");

    const { execution } = await apply("otp");
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "install-failed" },
      restart: { release: { name: "shopd", vsn: "1.0.0" } },
    });
    expect(execution!.restart!.creation.after).not.toBe(execution!.restart!.creation.before);
  });

  it("is chosen by itself where the emulator restarts: it comes back, and goes on", { timeout: 120_000 }, async () => {
    const request = join(root, "restart");
    await writeFile(
      join(root, "bin", "start"),
      `#!/bin/sh\necho "$1" > '${request}.new' && mv '${request}.new' '${request}'\n`,
    );
    await start("1.0.0", false);
    target = await reconnect();
    await writeRelup((script) => ["restart_new_emulator", ...script]);
    const unable = apply();
    await expect(unable).rejects.toMatchObject({ problems: [{ code: "heart-not-running" }] });
    await target[Symbol.asyncDispose]();
    await node.stop();

    await chmod(join(root, "bin", "start"), 0o755);
    await start("1.0.0", true);
    target = await reconnect();
    const { plan } = await planUpgrade(target, (await prepare()).upgrade);
    expect(plan.findings).toEqual([
      expect.objectContaining({
        code: "restarts-emulator",
        severity: "warning",
        detail: expect.stringMatching(/^OTP's release handler on the node will execute it/) as string,
      }),
    ]);
    // In the place of whom heart calls: it starts what the file says, when the old one has ended.
    const restarts: string[] = [];
    const supervised = (async () => {
      while (!existsSync(request)) await delay(50);
      const data = readFileSync(readFileSync(request, "utf8").trim(), "utf8");
      rmSync(request);
      restarts.push(data.split(" ")[1]!.trim());
      await node.stop();
      await start(restarts.at(-1)!, true, node);
    })();
    const [applied] = await Promise.all([apply(), supervised]);
    expect(restarts).toEqual(["__new_emulator__1.0.0"]);
    expect(applied.execution).toMatchObject({
      outcome: "upgraded",
      executor: "otp",
      failure: undefined,
      restart: { release: { name: "shopd", vsn: "2.0.0" } },
    });
    expect(applied.bookkeeping).toEqual({ status: "current" });
    expect(await statuses()).toBe('[{"1.0.0",permanent},{"2.0.0",current}]');
    expect(await ask("sys:get_state(shop_till)")).toBe("{sold,0}");
    await using again = await reconnect();
    expect(await commitRelease(again, undefined)).toMatchObject({ result: "committed", vsn: "2.0.0" });
  });
});
