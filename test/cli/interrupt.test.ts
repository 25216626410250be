import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { FaultsNode } from "../engine/faults/node.js";
import { buildApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { applyDocument } from "./support/documents.js";
import { counterWhoseCodeChange, type TemporaryFolder } from "./support/root.js";
import { oneDocument, relupctl, unwrapped, type Finished } from "./support/run.js";

/** A counter whose code_change takes this long. */
const slowCounter = (ms: number): TemporaryFolder =>
  counterWhoseCodeChange(
    `return require("relupctl/runtime").sleep(${ms}).then(() => tuple(atom("ok"), counted(state)));`,
  );

/** Waits until the log of a run has a line with all of these words. */
async function logged(root: TemporaryFolder, ...words: string[]): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const lines = existsSync(root.at("log")) ? root.read("log").split("\n") : [];
    if (lines.some((line) => words.every((word) => line.includes(word)))) return;
    await delay(10);
  }
  throw new Error(`the log has no line with ${words.join(" and ")}`);
}

const inCodeChange = (root: TemporaryFolder) => logged(root, "step_started", "code_change");

/** Applies the upgrade and does something to the process while it is at work. */
async function interrupted(
  root: TemporaryFolder,
  during: (child: ChildProcess) => Promise<void>,
  ...options: string[]
): Promise<Finished> {
  let acting: Promise<void> = Promise.resolve();
  const args = ["apply", "0.2.0", "--root", root.path, "--log-file", root.at("log"), ...options];
  const finished = await relupctl(args, {
    onStart: (child) => {
      acting = during(child);
    },
  });
  await acting;
  return finished;
}

describe("an interrupt", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "(%s) lets the step at work end, takes everything back, and exits with 130",
    async (signal) => {
      using root = slowCounter(700);
      const stop = async (child: ChildProcess): Promise<void> => {
        await inCodeChange(root);
        child.kill(signal);
      };
      const { code, stdout, stderr } = await interrupted(root, stop, "--json");
      expect(code).toBe(130);
      expect(unwrapped(stderr)).toContain("Interrupted: what is under way is finished or taken back first.");
      const document = oneDocument(stdout, applyDocument);
      expect(document).toMatchObject({
        ok: false,
        result: "rolled_back",
        failure: { code: "interrupted" },
        notUndone: [],
        suspension: { count: 1 },
      });
      const statuses = document.steps.map((step) => ("status" in step ? step.status : ""));
      expect(statuses).toEqual(["done", "done", "done", "done", "done", "not_executed"]);
      const [counter, client] = document.states!;
      expect(Number(counter!.after)).toBeGreaterThan(Number(counter!.before));
      expect(client!.after).toMatch(/repeated => 0,skipped => 0/);
      expect(root.read("log")).toMatch(/"msg":"interrupted"/);
    },
  );

  it("is told to people as one", async () => {
    using root = slowCounter(400);
    const stop = async (child: ChildProcess): Promise<void> => {
      await inCodeChange(root);
      child.kill("SIGINT");
    };
    const { code, stdout } = await interrupted(root, stop);
    expect(code).toBe(130);
    expect(unwrapped(stdout)).toContain("Interrupted and rolled back: the node runs 0.1.0 as before");
  });

  it("ends the time that the node is left to run, for the upgrade is done then", async () => {
    using root = slowCounter(0);
    const stop = async (child: ChildProcess): Promise<void> => {
      await logged(root, "upgrade_done");
      child.kill("SIGINT");
    };
    const { code, stdout } = await interrupted(root, stop, "--soak", "1h");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Upgraded to 0\.2\.0 in/m);
  });

  it("has nothing made permanent that was to be looked at for longer", async () => {
    using root = slowCounter(0);
    const stop = async (child: ChildProcess): Promise<void> => {
      await logged(root, "upgrade_done");
      child.kill("SIGINT");
    };
    const { code, stdout } = await interrupted(root, stop, "--soak", "1h", "--commit");
    expect(code).toBe(5);
    expect(unwrapped(stdout)).toContain("the release was not committed, for the command was interrupted");
    expect(existsSync(root.at("releases/start_erl.data"))).toBe(false);
  });

  it("ends the process at once the second time", async () => {
    using root = slowCounter(40_000);
    const stop = async (child: ChildProcess): Promise<void> => {
      await inCodeChange(root);
      child.kill("SIGINT");
      await logged(root, '"msg":"interrupted"');
      child.kill("SIGINT");
    };
    const { code, signal, stdout, stderr } = await interrupted(root, stop, "--code-change-timeout", "45s");
    expect({ code, signal, stdout }).toEqual({ code: null, signal: "SIGINT", stdout: "" });
    expect(unwrapped(stderr)).toContain(
      "Ended at once: 4 of 6 steps were done. The processes of counter may be suspended. The embedded node ends",
    );
  });
});

describeErlang("an interrupt of an upgrade of a real node", () => {
  it("says the second time how to see what the node has taken back by itself", async () => {
    await using built = await buildApplications(["faults-1", "faults-2"]);
    await using faults = await FaultsNode.start(built.lib);
    const before = await faults.look();
    // A worker that is busy doesn't answer the suspend.
    await faults.node.eval(`register(stopper, spawn(fun() -> erlang:suspend_process(whereis(beta_1)),
      receive go_on -> ok end end)), timer:sleep(50)`);
    const { name, port, cookie } = faults.node;
    const args = ["apply", "--app", `${built.lib}/faults-2`, "--node", `${name}:${port}`, "--no-journal"];
    let acting: Promise<void> = Promise.resolve();
    const { signal, stderr } = await relupctl(
      [...args, "--timeout", "300ms", "--suspend-timeout", "40s", "--allow", "process-not-responding"],
      {
        env: { RELUPCTL_COOKIE: cookie },
        onStart: (child) => {
          acting = (async () => {
            await expect.poll(async () => (await faults.look()).suspended, { timeout: 20_000 }).not.toBe("[]");
            child.kill("SIGINT");
            await delay(300);
            child.kill("SIGINT");
          })();
        },
      },
    );
    await acting;
    expect(signal).toBe("SIGINT");
    expect(unwrapped(stderr)).toContain(`See what came of it with: relupctl recover --node ${name}:${port}`);
    await faults.node.eval("stopper ! go_on");
    await expect.poll(() => faults.look(), { timeout: 10_000 }).toEqual(before);
  });

  it("while rollback waits for the node leaves that to go on by itself, and says so", async () => {
    await using built = await buildApplications(["faults-1", "faults-2"]);
    await using faults = await FaultsNode.start(built.lib);
    const before = await faults.look();
    const { name, port, cookie } = faults.node;
    const node = ["--node", `${name}:${port}`, "--no-journal"];
    const env = { RELUPCTL_COOKIE: cookie };
    expect((await relupctl(["apply", "--app", `${built.lib}/faults-2`, ...node], { env })).code).toBe(0);
    // A worker that is busy doesn't answer the suspend.
    await faults.node.eval(`register(stopper, spawn(fun() -> erlang:suspend_process(whereis(beta_1)),
      receive go_on -> ok end end)), timer:sleep(50)`);
    let acting: Promise<void> = Promise.resolve();
    const { code, stderr } = await relupctl(["rollback", ...node], {
      env,
      onStart: (child) => {
        acting = (async () => {
          await expect.poll(async () => (await faults.look()).suspended, { timeout: 20_000 }).not.toBe("[]");
          child.kill("SIGINT");
        })();
      },
    });
    await acting;
    expect(code).toBe(130);
    expect(unwrapped(stderr)).toContain("the node goes on taking the upgrade back by itself");
    await faults.node.eval("stopper ! go_on");
    await expect.poll(() => faults.look(), { timeout: 10_000 }).toEqual(before);
  });
});
