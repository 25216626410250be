import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { historyOf } from "../../../src/engine/journal/history.js";
import { journalIds, journalPath, readJournal } from "../../../src/engine/journal/read.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { Target } from "../../../src/target/target.js";
import { runMain } from "../../cli/support/in-process.js";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { until } from "../../support/peer.js";
import { FaultsNode, WORKERS, type Look } from "../faults/node.js";
import { fault, upgrade, type Hook } from "../faults/upgrade.js";

interface Document {
  readonly result: string;
  readonly cause: string | null;
  readonly evidence: string;
  readonly upgrade: string;
  readonly entries: readonly { readonly what: string; readonly status: string }[];
  readonly acts: readonly { readonly what: string; readonly status: string }[];
  readonly suspended: readonly string[];
  readonly beginAnew: readonly string[];
  readonly changedSince: readonly string[];
  readonly held: readonly string[];
  readonly modules: readonly { readonly module: string; readonly version: string }[];
  readonly error?: { readonly code: string };
}

/** The act after which all states have been changed, and nobody was resumed. */
const CODE_CHANGED = 10;
/** The act after which all new code is there, and the workers wait with their old states. */
const LOADED = 9;
/** The act after which the supervisor goes on by its new specification, and all else is of before. */
const SUPERVISOR_RESUMED = 6;
/** Kills the guardian, and waits until it is gone. */
const KILL_GUARDIAN = `Monitor = monitor(process, relupctl), exit(whereis(relupctl), kill),
  receive {'DOWN', Monitor, _, _, _} -> ok end`;
const ALPHAS = ["alpha_1", "alpha_2", "alpha_3"];

describeErlang("an upgrade that is taken back later on", () => {
  let built: BuiltApplications;
  let faults: FaultsNode;
  let journal: string;
  let target: Target;
  let prepared: PreparedUpgrade;
  let old: Look;

  beforeAll(async () => {
    built = await buildApplications(["faults-1", "faults-2"]);
    journal = await mkdtemp(join(tmpdir(), "relupctl-recover-"));
    faults = await FaultsNode.start(built.lib);
    target = await faults.connect();
    prepared = await readApplicationUpgrade(target, `${built.lib}/faults-2`);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await faults[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await rm(journal, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await faults.count();
    old = await faults.look();
    expect(old).toMatchObject({ suspended: "[]", lock: "false" });
    expect(old.states).toContain("{alpha,");
  });

  async function run(...args: string[]): Promise<{ code: number; document: Document }> {
    const { name, port, cookie } = faults.node;
    const node = ["--node", `${name}:${port}`, "--cookie", cookie, "--json"];
    const { code, out } = await runMain([...args, ...node]);
    return { code, document: JSON.parse(out) as Document };
  }
  const say = async (...args: string[]): Promise<string> => {
    const { name, port, cookie } = faults.node;
    const { out, err } = await runMain([...args, "--node", `${name}:${port}`, "--cookie", cookie]);
    return `${out}${err}`.replace(/\s+/g, " ");
  };
  const go = (hook?: Hook) => upgrade(target, prepared, { journal, ...(hook !== undefined && { hook }) });
  const failAfter =
    (at: number, also: () => Promise<unknown> = () => Promise.resolve()): Hook =>
    async (moment, act) => {
      if (moment !== "after" || act !== at) return;
      await also();
      throw fault();
    };

  /** An upgrade whose client goes when all states have been changed, until the node has taken it back by itself. */
  async function takenBackByNode(): Promise<void> {
    await using client = await faults.connect();
    await upgrade(client, prepared, {
      journal,
      hook: async (moment, act) => {
        if (moment === "after" && act === CODE_CHANGED) await client[Symbol.asyncDispose]();
      },
    });
    await expect.poll(async () => (await faults.look()).lock).toBe("false");
  }

  it("by rollback: the states are the very ones of before, whatever was done since", async () => {
    expect((await go()).execution?.outcome).toBe("upgraded");
    await faults.count();
    const above = await faults.look();
    const planned = await run("rollback", "--dry-run");
    expect(planned).toMatchObject({
      code: 0,
      document: { result: "planned", upgrade: "faults 1 -> 2", beginAnew: [] },
    });
    expect(planned.document.entries.map(({ what }) => what)).toContain("put the old code of faults_alpha back");
    expect(await faults.look()).toEqual(above);

    const { code, document } = await run("rollback", "--journal", journal);
    expect({ code, result: document.result }).toEqual({ code: 0, result: "rolled_back" });
    const [id] = await journalIds(journal);
    const { notes, status } = historyOf(await readJournal(journalPath(journal, id!)));
    expect({ status, notes: notes.map(({ what }) => what) }).toEqual({
      ...{ status: "upgraded", notes: ["rollback begins to take it back", "rollback has taken it back"] },
    });
    expect(notes[0]?.by).toBe(`${userInfo().username}@${hostname()} (process ${process.pid})`);
    expect((await runMain(["journal", "--journal", journal])).out.replace(/\s+/g, " ")).toContain(
      "upgraded, taken back later",
    );
    expect(document.entries.map(({ what }) => what)).toEqual(planned.document.entries.map(({ what }) => what));
    expect(await faults.look()).toEqual(old);
    expect(await run("rollback")).toMatchObject({ code: 3, document: { error: { code: "nothing-to-take-back" } } });
  });

  it("by rollback: what began since on the new code begins anew", async () => {
    await go();
    await faults.node.eval(`Before = whereis(beta_1), exit(Before, kill),
      ${until("not lists:member(whereis(beta_1), [undefined, Before])")}`);
    const born = await faults.node.eval("pid_to_list(whereis(beta_1))");
    const { code, document } = await run("rollback");
    expect({ code, beginAnew: document.beginAnew.map((pid) => `"${pid}"`) }).toEqual({ code: 0, beginAnew: [born] });
    expect(await faults.node.eval("sys:get_state(beta_1)")).toBe("0");
    expect(await faults.look()).toEqual({ ...old, states: (await faults.look()).states });
  });

  it("but not while another upgrade holds the node", async () => {
    await go();
    const holder = { user: "ann", host: "here", pid: 1, since: "2026-01-01T00:00:00Z", upgrade: "a 1 -> 2", id: "x" };
    const guardian = await Guardian.post(target, { holder, leaseMs: 60_000, callMs: 10_000 });
    for (const command of ["rollback", "recover"]) {
      expect(await run(command)).toMatchObject({ code: 6, document: { error: { code: "locked" } } });
    }
    await guardian.forget();
    expect((await run("rollback")).code).toBe(0);
  });

  it("but not where other code was loaded since, unless it is asked for", async () => {
    await go();
    await faults.node.eval(`{ok, B} = file:read_file("${built.lib}/faults-1/ebin/faults_beta.beam"),
      code:load_binary(faults_beta, "elsewhere", B), code:purge(faults_beta)`);
    expect(await run("rollback")).toMatchObject({
      code: 3,
      document: { result: "refused", changedSince: ["faults_beta"] },
    });
    expect(await say("rollback", "--force")).toContain("Took back faults 1 -> 2");
    expect(await faults.look()).toEqual(old);
  });

  it.each([["rollback"], ["recover", "--yes"]])("after it failed and was left as it is, by %s", async (...args) => {
    const { execution } = await upgrade(target, prepared, {
      ...{ journal, hook: failAfter(CODE_CHANGED), onFailure: "leave" },
    });
    expect(execution?.outcome).toBe("failed");
    expect((await faults.look()).suspended).not.toBe("[]");
    expect(await run("recover")).toMatchObject({ code: 3, document: { result: "proposed", cause: "left" } });
    expect((await run(...args)).code).toBe(0);
    expect(await faults.look()).toEqual(old);
  });

  it("recover has nothing to do where nothing happened, and says what the node has taken back by itself", async () => {
    await takenBackByNode();
    expect(await run("recover", "--journal", journal)).toMatchObject({
      code: 0,
      document: { result: "taken_back", cause: "client_gone", upgrade: "faults 1 -> 2", acts: [] },
    });
    expect(await say("recover", "--journal", journal)).toContain("has taken it back, for its client was gone");
    expect((await run("recover", "--forget")).document.result).toBe("forgotten");
    expect(await run("recover", "--no-journal")).toMatchObject({ code: 0, document: { result: "clear" } });
    expect(await faults.look()).toEqual(old);
  });

  it("recover takes back what could not be, once it can: until then nobody runs one version's state on the other's code", async () => {
    const { execution } = await go(
      failAfter(CODE_CHANGED, () => faults.node.eval(`code:stick_dir("${built.lib}/faults-2/ebin")`)),
    );
    expect(execution?.outcome).toBe("failed");
    expect(execution?.notUndone.map(({ code }) => code)).toContain("process-held");
    const touched = await faults.node.eval(`[pid_to_list(whereis(W)) || W <- [faults_sup | ${WORKERS}]]`);
    const proposed = await run("recover");
    expect(proposed).toMatchObject({ code: 3, document: { result: "proposed" } });
    expect(proposed.document.suspended.toSorted()).toEqual((JSON.parse(touched) as string[]).toSorted());
    await faults.node.eval(`code:unstick_dir("${built.lib}/faults-2/ebin")`);
    const { code, document } = await run("recover", "--yes");
    expect({ code, result: document.result }).toEqual({ code: 0, result: "recovered" });
    expect(document.acts.map(({ status }) => status)).not.toContain("failed");
    expect(await faults.look()).toEqual(old);
  });

  it("recover has processes begin anew whose states can't be trusted, and says what it could not do", async () => {
    await go(failAfter(CODE_CHANGED, () => faults.node.eval(`code:stick_dir("${built.lib}/faults-2/ebin")`)));
    const failed = await run("recover", "--yes");
    expect(failed).toMatchObject({ code: 5, document: { result: "failed", suspended: [] } });
    // They are workers of the new version, for that is the code that stays.
    expect(await faults.node.eval("sys:get_state(alpha_1)")).toBe("{alpha_2,0}");
    await faults.node.eval(`code:unstick_dir("${built.lib}/faults-2/ebin")`);
    expect((await run("recover", "--yes")).code).toBe(0);
    expect({ ...(await faults.look()), states: "" }).toEqual({ ...old, states: "" });
    expect(await faults.node.eval("sys:get_state(alpha_1)")).toBe("{alpha,0}");
  });

  it("recover puts a node right whose guardian was killed, by the journal", async () => {
    const { execution } = await go(async (moment, act) => {
      if (moment === "after" && act === CODE_CHANGED) await faults.node.eval(KILL_GUARDIAN);
    });
    expect(execution?.outcome).toBe("unknown");
    const proposed = await run("recover", "--journal", journal);
    expect(proposed).toMatchObject({ code: 3, document: { result: "proposed", upgrade: "faults 1 -> 2" } });
    expect(proposed.document.suspended).toHaveLength(5);
    expect(proposed.document.modules.map(({ version }) => version)).toEqual(["after", "after", "after"]);
    const whats = proposed.document.acts.map(({ what }) => what);
    expect(whats.filter((what) => what.startsWith("load the code of"))).toHaveLength(3);
    // The supervisor goes on already, by the specification of the new version.
    expect(whats.filter((what) => what.endsWith("begin anew"))).toHaveLength(6);
    expect(whats.filter((what) => what.startsWith("suspend"))).toHaveLength(1);
    const { code, document } = await run("recover", "--journal", journal, "--yes");
    expect({ code, result: document.result }).toEqual({ code: 0, result: "recovered" });
    const after = await faults.look();
    expect({ ...after, states: "" }).toEqual({ ...old, states: "" });
    for (const alpha of ALPHAS) expect(await faults.node.eval(`sys:get_state(${alpha})`)).toBe("{alpha,0}");
    expect((await go()).execution?.outcome).toBe("upgraded");
    expect((await run("rollback")).code).toBe(0);
  });

  /** The client and the guardian end at the same time, as nothing else does. */
  const crash = async (after: number): Promise<void> => {
    const { execution } = await go(failAfter(after, () => faults.node.eval(KILL_GUARDIAN)));
    expect(execution?.outcome).toBe("unknown");
  };
  const kinds = ({ acts }: Document): string[] => [
    ...new Set(acts.map(({ what }) => /^(suspend|resume|load|put|have .* anew)/.exec(what)![0].replace(/ .*/, ""))),
  ];

  it("recover goes by the journal of a later upgrade where the node has taken an earlier one back", async () => {
    await takenBackByNode();
    // Old states meet the new code, if anybody is resumed.
    await crash(LOADED);
    const proposed = await run("recover", "--journal", journal);
    expect(proposed).toMatchObject({ code: 3, document: { result: "proposed", cause: null, evidence: "journal" } });
    expect(kinds(proposed.document)).toEqual(["suspend", "put", "load", "have", "resume"]);
    expect((await run("recover", "--journal", journal, "--yes")).document.result).toBe("recovered");
    expect((await runMain(["journal", "--journal", journal])).out.replace(/\s+/g, " ")).toContain(
      "lost, put right later",
    );
    // Whoever was resumed has its state, for nobody had changed it.
    expect(await faults.node.eval("sys:get_state(beta_2)")).not.toBe("0");
    expect({ ...(await faults.look()), states: "" }).toEqual({ ...old, states: "" });

    // What somebody suspends later on has nothing to do with that upgrade.
    await faults.node.eval("sys:suspend(alpha_1)");
    expect(kinds((await run("recover", "--journal", journal)).document)).toEqual(["resume"]);
    expect((await run("recover", "--journal", journal, "--yes")).code).toBe(0);
  });

  it("recover trusts no state where the journal of it is damaged, for it may have told more", async () => {
    await crash(LOADED);
    const [id] = await journalIds(journal);
    const path = journalPath(journal, id!);
    const whole = await readFile(path, "utf8");
    const lines = whole.trimEnd().split("\n");
    const damaged = [
      // A crash in the middle of a line, something that has overwritten one, and a first line that is gone.
      [whole.slice(0, lines.slice(0, 12).join("\n").length + 20), "journal"],
      [[...lines.slice(0, 8), "\0".repeat(40), ...lines.slice(9), ""].join("\n"), "journal"],
      [["", ...lines.slice(1), ""].join("\n"), "node"],
    ] as const;
    for (const [text, evidence] of damaged) {
      await writeFile(path, text);
      const { code, document } = await run("recover", "--journal", journal);
      expect({ code, evidence: document.evidence }).toEqual({ code: 3, evidence });
      if (evidence === "journal") expect(kinds(document)).not.toContain("resume");
    }
    await writeFile(path, whole);
    expect(kinds((await run("recover", "--journal", journal, "--yes")).document)).toContain("resume");
    expect({ ...(await faults.look()), states: "" }).toEqual({ ...old, states: "" });
  });

  it("recover puts a node right that runs some modules of either version, though nobody is suspended", async () => {
    await crash(SUPERVISOR_RESUMED);
    expect((await faults.look()).suspended).toBe("[]");
    const proposed = await run("recover", "--journal", journal);
    expect(proposed).toMatchObject({ code: 3, document: { result: "proposed" } });
    expect(kinds(proposed.document)).toEqual(["suspend", "put", "load", "have"]);
    expect((await run("recover", "--journal", journal, "--yes")).document.result).toBe("recovered");
    expect({ ...(await faults.look()), states: "" }).toEqual({ ...old, states: "" });
    expect((await go()).execution?.outcome).toBe("upgraded");
    expect((await run("rollback")).code).toBe(0);
  });

  it("recover says what it doesn't know where no journal tells what was under way, and has all begin anew if asked to", async () => {
    await crash(LOADED);
    const { code, document } = await run("recover", "--no-journal");
    expect({ code, evidence: document.evidence, upgrade: document.upgrade }).toEqual({
      ...{ code: 3, evidence: "node", upgrade: null },
    });
    expect(kinds(document)).toEqual(["resume"]);
    expect(await say("recover", "--no-journal")).toContain("Whether their states fit the code that runs isn't known;");
    expect(kinds((await run("recover", "--no-journal", "--restart")).document)).toEqual(["have"]);
    // The journal knows what code was there before.
    expect((await run("recover", "--journal", journal, "--yes")).document.result).toBe("recovered");
    expect({ ...(await faults.look()), states: "" }).toEqual({ ...old, states: "" });
  });

  it("recover resumes what is suspended where there is no journal and no guardian", async () => {
    await faults.node.eval("sys:suspend(alpha_1), register(relupctl, spawn(timer, sleep, [60000])), ok");
    const { document, code } = await run("recover", "--no-journal");
    expect(code).toBe(3);
    expect(document.acts.map(({ what }) => what.replace(/<[^>]*>/, "PID"))).toEqual([
      "resume PID (alpha_1, faults_alpha)",
    ]);
    expect(await say("recover", "--no-journal", "--forget")).toContain("Given up");
    expect((await run("recover", "--no-journal", "--yes")).code).toBe(0);
    expect(await faults.look()).toEqual(old);
  });

  it("is told of the embedded node that nothing of it is left", async () => {
    for (const [command, code] of [
      ["rollback", "nothing-to-take-back"],
      ["recover", "nothing-to-recover"],
    ]) {
      const { code: exit, out } = await runMain([command!, "--root", "releases/counter", "--json"]);
      expect({ exit, error: (JSON.parse(out) as Document).error!.code }).toEqual({ exit: 3, error: code });
    }
  });
});
