import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeErlang } from "../support/erlang.js";
import { buildRelease, type BuiltRelease } from "../support/erlang-release.js";
import type { PeerNode } from "../support/peer.js";
import { applyDocument, planDocument } from "./support/documents.js";
import { runMain, type Said } from "./support/in-process.js";
import { copyRoot, diesOnceChanged, TemporaryFolder } from "./support/root.js";
import { REPOSITORY, unwrapped } from "./support/run.js";

/** The counter, whose version 0.3.0 says nothing of 0.1.0. */
function twoHopsApart(): TemporaryFolder {
  const root = copyRoot("counter");
  const appup = "lib/counter-0.3.0/ebin/counter.appup.yaml";
  const update = (vsn: string): string =>
    `  - version: "${vsn}"\n    instructions:\n      - update: counter\n        change: { advanced: [] }\n`;
  root.edit(appup, update("0.1.0"), "");
  root.edit(appup, update("0.1.0"), "");
  return root;
}

type Document = Readonly<Record<string, unknown>> & { readonly hops: readonly Readonly<Record<string, unknown>>[] };
const documentOf = ({ out }: Said): Document => JSON.parse(out) as Document;

describe("an upgrade to a release that no direct way leads to", () => {
  let root: TemporaryFolder;
  let journals: TemporaryFolder;
  const run = async (...args: readonly string[]): Promise<Said> => await runMain([...args, "--root", root.path]);
  const apply = async (...args: readonly string[]): Promise<Said> => await run(...args, "--journal", journals.path);

  beforeAll(() => {
    root = twoHopsApart();
    journals = new TemporaryFolder();
  });
  afterAll(() => {
    root[Symbol.dispose]();
    journals[Symbol.dispose]();
  });

  it.each([["plan"], ["apply"]])(
    "%s says that there is one by another release, and how to ask for it",
    async (name) => {
      const { code, err } = await (name === "plan" ? run : apply)(name, "0.3.0");
      expect(code).toBe(3);
      expect(unwrapped(err)).toContain("one in 2 hops: 0.1.0 -> 0.2.0 -> 0.3.0");
      expect(unwrapped(err)).toContain("Ask for them with --multi-hop, or with --via 0.2.0.");
      expect(err).toContain("[no-upgrade-path]");
    },
  );

  it("is planned hop by hop", async () => {
    const { code, out } = await run("plan", "0.3.0", "--multi-hop");
    expect(code).toBe(0);
    expect(unwrapped(out)).toMatch(/^counter 0\.1\.0 -> 0\.2\.0 -> 0\.3\.0 on .*, in 2 hops/);
    expect(out).toMatch(/^Hop 1 of 2\ncounter 0\.1\.0 -> 0\.2\.0 [^]*^Hop 2 of 2\ncounter 0\.2\.0 -> 0\.3\.0 /m);
    const document = documentOf(await run("plan", "0.3.0", "--multi-hop", "--json"));
    expect(document).toMatchObject({ from: "0.1.0", to: "0.3.0", direction: "up", via: ["0.2.0"] });
    const plans = document.hops.map((hop) => planDocument.parse({ schema: "relupctl/plan@1", ok: true, ...hop }));
    expect(plans.map(({ from, to }) => [from, to])).toEqual([
      ["0.1.0", "0.2.0"],
      ["0.2.0", "0.3.0"],
    ]);
    expect(document["steps"]).toEqual(plans.flatMap(({ steps }, hop) => steps.map((step) => ({ hop, ...step }))));
  });

  it("is done hop by hop, down as well as up", async () => {
    const said = await apply("downgrade", "0.1.0", "--boot", "0.3.0", "--multi-hop", "--json");
    expect(said.code).toBe(0);
    const document = documentOf(said);
    expect(document).toMatchObject({
      ok: true,
      result: "upgraded",
      runs: "0.1.0",
      from: "0.3.0",
      to: "0.1.0",
      via: ["0.2.0"],
      processes: { migrated: 2 },
    });
    const hops = document.hops.map((hop) => applyDocument.parse({ schema: "relupctl/apply@1", ok: true, ...hop }));
    expect(hops.map(({ from, to, result, journal }) => [from, to, result, journal?.id === undefined])).toEqual([
      ["0.3.0", "0.2.0", "upgraded", false],
      ["0.2.0", "0.1.0", "upgraded", false],
    ]);
    expect(hops[1]?.states?.find(({ registeredName }) => registeredName === "counter")?.after).toMatch(/^\d+$/);
  });

  it("that fails on the way leaves the node at the release that the hop before led to, and says so", async () => {
    const { code, out } = await apply("apply", "0.3.0", "--via", "0.2.0");
    expect(code).toBe(5);
    expect(unwrapped(out)).toContain("Hop 2 was not done: the node stays at 0.2.0, which the hop before has led to.");
    const said = await apply("apply", "0.3.0", "--via", "0.2.0", "--json");
    expect(documentOf(said)).toMatchObject({ ok: false, result: "rolled_back", runs: "0.2.0" });
  });

  it("goes no further with --soak where something has ended since the last hop", async () => {
    using dying = twoHopsApart();
    const code = "lib/counter-0.2.0/ebin/counter.js";
    dying.write(code, diesOnceChanged(dying.read(code)));
    const args = ["apply", "0.3.0", "--via", "0.2.0", "--soak", "400ms", "--journal", journals.path, "--json"];
    const said = await runMain([...args, "--root", dying.path]);
    expect(said.code).toBe(5);
    expect(documentOf(said)).toMatchObject({ runs: "0.2.0", failure: { code: "process-ended" } });
    expect(documentOf(said).hops).toHaveLength(1);
  });

  it("goes by no release that leads nowhere", async () => {
    const said = await apply("apply", "0.2.0", "--via", "0.3.0", "--json");
    expect(said.code).toBe(3);
    expect(JSON.parse(said.out)).toMatchObject({ error: { code: "no-upgrade-path" } });
  });

  it("is a direct one where there is a direct way", async () => {
    const { code, out } = await run("plan", "0.2.0", "--multi-hop");
    expect(code).toBe(0);
    expect(out).toMatch(/^counter 0\.1\.0 -> 0\.2\.0 /);
    expect(out).not.toContain("Hop");
  });

  it("is none for OTP's release handler on the embedded node, which has none", async () => {
    const { code, err } = await run("plan", "0.2.0", "--executor", "otp");
    expect(code).toBe(3);
    expect(err).toContain("[no-release-handler]");
  });

  it.each([
    [["--via", "0.2.0", "--multi-hop"], "--via names the way, and --multi-hop has it found"],
    [["--multi-hop", "--out", "plan.json"], "--via and --multi-hop don't go together with --out"],
  ])("refuses %j", async (options, says) => {
    const { code, err } = await run("plan", "0.3.0", ...options);
    expect(code).toBe(1);
    expect(err).toContain(says);
  });
});

describeErlang("a real node, downgraded in two hops", () => {
  let release: BuiltRelease;
  let node: PeerNode;

  beforeAll(async () => {
    release = await buildRelease("demo", "counter", ["0.1.0", "0.2.0", "0.3.0"]);
    const update = '[{"0.2.0", [{update, counter, {advanced, []}}]}]';
    const ebin = join(release.root, "lib/counter-0.3.0/ebin");
    writeFileSync(join(ebin, "counter.appup"), `{"0.3.0", ${update}, ${update}}.\n`);
    // It knows the way down to 0.2.0 only, in code_change too.
    const source = readFileSync(join(REPOSITORY, "fixtures/erlang/counter-0.3.0/src/counter.erl"), "utf8");
    const narrow = source
      .replace(/^code_change\(\{down, "0\.1\.0"\}.*\n/m, "")
      .replace("{down, _Vsn}", '{down, "0.2.0"}')
      .replace("code_change(Vsn, State", 'code_change("0.2.0" = Vsn, State');
    writeFileSync(join(ebin, "counter.erl"), narrow);
    execFileSync("erlc", ["+debug_info", "-o", ebin, join(ebin, "counter.erl")]);
    node = await release.start("0.3.0");
  });
  afterAll(async () => {
    await node.stop();
    await release[Symbol.asyncDispose]();
  });

  it("is planned by what each hop will change, not by what the code that runs now takes", async () => {
    using cookie = new TemporaryFolder();
    cookie.write("cookie", node.cookie);
    const at = ["-n", `${node.name}:${node.port}`, "--cookie-file", cookie.at("cookie")];
    const { code, out } = await runMain(["plan", "0.1.0", "--multi-hop", ...at]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("Hop 2") as string });
  });

  it("ends with the state of the first version, and its release current", async () => {
    using journals = new TemporaryFolder();
    using cookie = new TemporaryFolder();
    cookie.write("cookie", node.cookie);
    const at = ["-n", `${node.name}:${node.port}`, "--cookie-file", cookie.at("cookie")];
    const refused = await runMain(["downgrade", "0.1.0", ...at, "--json"]);
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.out)).toMatchObject({
      error: { code: "no-upgrade-path", hint: expect.stringContaining("--via 0.2.0") as string },
    });
    const said = await runMain(["downgrade", "0.1.0", "--multi-hop", "--journal", journals.path, ...at, "--json"]);
    expect(documentOf(said)).toMatchObject({ ok: true, result: "upgraded", runs: "0.1.0" });
    expect(await node.eval("sys:get_state(counter)")).toMatch(/^\d+$/);
    expect(await node.eval('lists:keyfind("0.1.0", 2, release_handler:which_releases())')).toMatch(/,current}$/);
  });

  it("goes up again by OTP's release handler, where the user says so", async () => {
    using journals = new TemporaryFolder();
    using cookie = new TemporaryFolder();
    cookie.write("cookie", node.cookie);
    const at = ["-n", `${node.name}:${node.port}`, "--cookie-file", cookie.at("cookie")];
    const planned = await runMain(["plan", "0.2.0", "--executor", "otp", ...at]);
    expect(planned.code).toBe(0);
    expect(unwrapped(planned.out)).toContain("executed by OTP's release handler");
    const said = await runMain(["apply", "0.2.0", "--executor", "otp", "--journal", journals.path, ...at, "--json"]);
    const document = applyDocument.parse(JSON.parse(said.out));
    expect(document).toMatchObject({ result: "upgraded", executor: "otp", releaseStatus: "current", restart: null });
    expect(await node.eval("sys:get_state(counter)")).toMatch(/^{counted,\d+}$/);
    const told = await runMain(["journal", "show", "last", "--journal", journals.path]);
    expect(told.out).toContain("all steps, by the node's release handler");
    const unheeded = await runMain(["apply", "0.1.0", "--executor", "otp", "--on-unresponsive", "skip", ...at]);
    expect(unheeded.code).toBe(1);
    expect(unwrapped(unheeded.err)).toContain("would not heed --on-unresponsive");

    const load = '{load_object_code, {counter, "0.3.0", [counter]}}';
    const restarts = `{"0.3.0", [{"0.2.0", [], [${load}, point_of_no_return, restart_emulator]}], []}.\n`;
    writeFileSync(join(release.root, "releases/0.3.0/relup"), restarts);
    const plan = planDocument.parse(JSON.parse((await runMain(["plan", "0.3.0", ...at, "--json"])).out));
    expect(plan).toMatchObject({ ok: true, executor: "otp", findings: [{ code: "restarts-emulator" }] });
    const unable = await runMain(["apply", "0.3.0", ...at]);
    expect(unable.code).toBe(3);
    expect(unable.err).toContain("[heart-not-running]");
    expect(await node.eval("{whereis(relupctl), sys:get_state(counter)}")).toMatch(/^{undefined,{counted,\d+}}$/);
  });
});
