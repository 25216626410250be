import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startRelease } from "../support/built-release.js";
import { describeRebar3 } from "../support/erlang.js";
import type { PeerNode } from "../support/peer.js";
import { startProxy } from "../support/proxy.js";
import { buildRebarRelease, type RebarRelease } from "../support/rebar-release.js";
import { relupctl, relupctlJson } from "./support/run.js";

const unpacked = z.looseObject({ result: z.string(), packageBytes: z.number(), resumedBytes: z.number() });

describeRebar3("an unpack whose client is killed while it sends", () => {
  let release: RebarRelease;
  let root: string;
  let node: PeerNode;

  beforeAll(async () => {
    release = await buildRebarRelease();
    root = await release.copy("killed");
    node = await startRelease(root, "1.0.0");
  });
  afterAll(async () => {
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  /** What lies in the root, with the content of the files that say what a start boots. */
  const listing = (): string[] => [
    ...readdirSync(root, { recursive: true, encoding: "utf8" }).sort(),
    ...["RELEASES", "start_erl.data"].map((name) => readFileSync(join(root, "releases", name), "latin1")),
  ];
  /** The process that holds the lock, processes that hang, and what the release handler knows. */
  const atWork = async (): Promise<string> =>
    await node.eval(`{whereis(relupctl), [P || P <- processes(), process_info(P, status) =:= {status, suspended}],
      lists:sort([{Vsn, Status} || {_, Vsn, _, Status} <- release_handler:which_releases()])}`);
  const unpack = (port: number, onStart?: (child: { kill: (signal: "SIGKILL") => boolean }) => void) => ({
    args: ["unpack", release.tarballs["2.0.0"], "-n", `${node.name}:${port}`],
    options: { env: { RELUPCTL_COOKIE: node.cookie }, ...(onStart && { onStart }) },
  });

  it("leaves a part of the package and nothing else, and the next one goes on from there", async () => {
    const asItWas = listing();
    const idle = await atWork();
    expect(idle).toBe('{undefined,[],[{"1.0.0",permanent}]}');
    const packageBytes = statSync(release.tarballs["2.0.0"]).size;

    await using proxy = await startProxy(node);
    // A link that takes no more in the middle of the package.
    proxy.fault = { action: "stall", from: "client", after: packageBytes / 2 };
    const parts = (): string[] => listing().filter((name) => !asItWas.includes(name));
    let killed: Promise<void> | undefined;
    const { args, options } = unpack(proxy.port, (child) => {
      killed = expect
        .poll(() => parts().reduce((sum, name) => sum + statSync(join(root, name)).size, 0), { timeout: 30_000 })
        .toBeGreaterThan(packageBytes / 4)
        .finally(() => child.kill("SIGKILL"));
    });
    const { code, signal, stdout } = await relupctl([...args, "--json"], options);
    await killed;
    expect({ code, signal, stdout }).toEqual({ code: null, signal: "SIGKILL", stdout: "" });
    await proxy.stop();

    expect(parts()).toEqual([expect.stringMatching(/^releases\/\.relupctl-[0-9a-f]{24}\.part$/)]);
    expect(await node.eval("shop_till:sell(book)")).toBe("{ok,1}");
    // The lock goes with who held it.
    await expect.poll(atWork, { timeout: 20_000 }).toBe(idle);

    const direct = unpack(node.port);
    const again = await relupctlJson(direct.args, unpacked, direct.options);
    expect(again).toMatchObject({ code: 0, stderr: "", document: { ok: true, result: "unpacked" } });
    expect(again.document.resumedBytes).toBeGreaterThan(packageBytes / 4);
    expect(again.document.resumedBytes).toBeLessThan(packageBytes);
    expect(listing().filter((name) => /relupctl|\.tar\.gz/.test(name))).toEqual([]);
    expect(await atWork()).toBe('{undefined,[],[{"1.0.0",permanent},{"2.0.0",unpacked}]}');
  });
});
