import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { z } from "zod";
import { describeElixir } from "../support/erlang.js";
import { buildMixRelease, startMixRelease, type MixRelease } from "../support/mix-release.js";
import type { PeerNode } from "../support/peer.js";
import { applyDocument, planDocument } from "./support/documents.js";
import { removeDocument, unpackDocument, versionsDocument } from "./support/release-documents.js";
import { relupctlJson } from "./support/run.js";

describeElixir("the releases of an Elixir node, by commands", () => {
  let release: MixRelease;
  let root: string;
  let node: PeerNode;

  beforeAll(async () => {
    release = await buildMixRelease();
    root = await release.copy("cli");
    node = await startMixRelease(root, "0.1.0");
  });
  afterAll(async () => {
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  /** The document of a command that ends with 0 and has nothing to say on stderr. */
  const done = async <Schema extends z.ZodType>(schema: Schema, ...args: string[]): Promise<z.output<Schema>> => {
    const at = ["-n", `${node.name}:${node.port}`];
    const env = { RELUPCTL_COOKIE: node.cookie };
    const { code, document, stderr } = await relupctlJson([...args, ...at], schema, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return document;
  };
  /** Version, status, whether it runs, and whether a start boots it. */
  const versions = async (): Promise<[string, string | null, boolean, boolean][]> =>
    (await done(versionsDocument, "versions")).releases.map((each) => [
      each.vsn,
      each.status,
      each.running,
      each.bootsNext,
    ]);
  const bootedNext = (): string =>
    readFileSync(join(root, "releases", "start_erl.data"), "utf8")
      .split(" ")[1]!
      .trim();
  const environment = (): Promise<string> => node.eval("lists:sort(application:get_all_env(shelf))");

  it("go from a package to a permanent upgrade, with the configuration that its boot would make", async () => {
    expect(await versions()).toEqual([["0.1.0", "permanent", true, true]]);
    const unpacked = await done(unpackDocument, "unpack", release.tarballs["0.2.0"]);
    expect(unpacked).toMatchObject({ result: "unpacked", vsn: "0.2.0", warnings: [] });
    expect(await versions()).toContainEqual(["0.2.0", "unpacked", false, false]);

    const plan = await done(planDocument, "plan", "0.2.0");
    expect(plan).toMatchObject({ ok: true, kind: "release", origin: "appup", direction: "up", findings: [] });
    expect(plan.configuration).toEqual([
      "- shelf limit 10",
      "+ shelf limit 20",
      '- shelf name <<"first">>',
      '+ shelf name <<"second">>',
    ]);
    const applied = await done(applyDocument, "apply", "0.2.0", "--commit");
    expect(applied).toMatchObject({
      result: "upgraded",
      digest: plan.digest,
      commit: { result: "committed", problems: [] },
    });
    expect(applied.steps.map(({ term }) => term)).toEqual(plan.steps.map(({ term }) => term));
    expect(await versions()).toEqual([
      ["0.1.0", "old", false, false],
      ["0.2.0", "permanent", true, true],
    ]);
    expect(bootedNext()).toBe("0.2.0");
    expect(await environment()).toBe('[{limit,20},{name,<<"second">>}]');
    expect(await node.eval("sys:get_state('Elixir.Shelf.Server') =:= #{count => 0, limit => 20}")).toBe("true");
  });

  it("go back with one command, and what is left over is removed", async () => {
    const down = await done(applyDocument, "downgrade", "0.1.0", "--commit");
    expect(down).toMatchObject({ result: "upgraded", direction: "down", commit: { result: "committed" } });
    expect(bootedNext()).toBe("0.1.0");
    expect(await environment()).toBe('[{limit,10},{name,<<"first">>}]');
    const removed = await done(removeDocument, "remove", "0.2.0");
    expect(removed.result).toBe("removed");
    expect(removed.deleted).toContain(join(root, "releases/0.2.0"));
    expect(removed.kept.length).toBeGreaterThan(0);
    for (const { directory } of removed.kept) expect(existsSync(directory)).toBe(true);
    expect(await versions()).toEqual([["0.1.0", "permanent", true, true]]);
    expect(await node.eval("'Elixir.Shelf.Server':put(book)")).toBe("{ok,1}");
  });
});
