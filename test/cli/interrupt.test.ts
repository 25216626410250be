import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FaultsNode } from "../engine/faults/node.js";
import { buildApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { applyDocument } from "./support/documents.js";
import { copyRoot, TemporaryFolder } from "./support/root.js";
import { oneDocument, relupctl, unwrapped, type Finished } from "./support/run.js";
import { counterThatWaits, letGo, logged } from "./support/waiting.js";

const inCodeChange = (root: TemporaryFolder) => logged(root, "step_started", "code_change");
const noticed = (folder: TemporaryFolder) => logged(folder, '"msg":"interrupted"');
/** Longer than anything that a test waits for in a code_change. */
const PATIENTLY = ["--code-change-timeout", "100s"];

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
      using root = counterThatWaits();
      const stop = async (child: ChildProcess): Promise<void> => {
        await inCodeChange(root);
        child.kill(signal);
        await noticed(root);
        letGo(root);
      };
      const { code, stdout, stderr } = await interrupted(root, stop, "--json", ...PATIENTLY);
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
    using root = counterThatWaits();
    const stop = async (child: ChildProcess): Promise<void> => {
      await inCodeChange(root);
      child.kill("SIGINT");
      await noticed(root);
      letGo(root);
    };
    const { code, stdout } = await interrupted(root, stop, ...PATIENTLY);
    expect(code).toBe(130);
    expect(unwrapped(stdout)).toContain("Interrupted and rolled back: the node runs 0.1.0 as before");
  });

  it("ends the time that the node is left to run, for the upgrade is done then", async () => {
    using root = copyRoot("counter");
    const stop = async (child: ChildProcess): Promise<void> => {
      await logged(root, "upgrade_done");
      child.kill("SIGINT");
    };
    const { code, stdout } = await interrupted(root, stop, "--soak", "1h");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Upgraded to 0\.2\.0 in/m);
  });

  it("has nothing made permanent that was to be looked at for longer", async () => {
    using root = copyRoot("counter");
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
    using root = counterThatWaits();
    const stop = async (child: ChildProcess): Promise<void> => {
      await inCodeChange(root);
      child.kill("SIGINT");
      await noticed(root);
      child.kill("SIGINT");
    };
    const { code, signal, stdout, stderr } = await interrupted(root, stop, ...PATIENTLY);
    expect({ code, signal, stdout }).toEqual({ code: null, signal: "SIGINT", stdout: "" });
    expect(unwrapped(stderr)).toContain(
      "Ended at once: 4 of 6 steps were done. The processes of counter may be suspended. The embedded node ends",
    );
  });
});

/** Workers that are busy don't answer the suspend: each module's are waited for. */
async function keepBusy({ node }: FaultsNode): Promise<void> {
  await node.eval(`Me = self(), Stopper = spawn(fun() ->
      [erlang:suspend_process(whereis(Worker)) || Worker <- [alpha_1, beta_1]],
      Me ! stopped, receive go_on -> ok end end),
    register(stopper, Stopper), receive stopped -> ok end`);
}

/** A worker that answers has been suspended, and the busy ones are waited for. A supervisor is suspended before, and resumed. */
const suspended = ({ node }: FaultsNode): Promise<void> =>
  expect
    .poll(() => node.eval("process_info(whereis(alpha_2), current_function)"))
    .toBe("{current_function,{sys,suspend_loop,6}}");

describeErlang("an interrupt of an upgrade of a real node", () => {
  it("says the second time how to see what the node has taken back by itself", async () => {
    await using built = await buildApplications(["faults-1", "faults-2"]);
    await using faults = await FaultsNode.start(built.lib);
    const before = await faults.look();
    await keepBusy(faults);
    const { name, port, cookie } = faults.node;
    using folder = new TemporaryFolder();
    const args = ["apply", "--app", `${built.lib}/faults-2`, "--node", `${name}:${port}`, "--no-journal"];
    const patience = ["--timeout", "2s", "--suspend-timeout", "100s"];
    let acting: Promise<void> = Promise.resolve();
    const { signal, stderr } = await relupctl(
      [...args, ...patience, "--allow", "process-not-responding", "--log-file", folder.at("log")],
      {
        env: { RELUPCTL_COOKIE: cookie },
        onStart: (child) => {
          acting = (async () => {
            await suspended(faults);
            child.kill("SIGINT");
            await noticed(folder);
            child.kill("SIGINT");
          })();
        },
      },
    );
    await acting;
    expect(signal).toBe("SIGINT");
    expect(unwrapped(stderr)).toContain(`See what came of it with: relupctl recover --node ${name}:${port}`);
    await faults.node.eval("stopper ! go_on");
    await expect.poll(() => faults.look()).toEqual(before);
  });

  it("while rollback waits for the node leaves that to go on by itself, and says so", async () => {
    await using built = await buildApplications(["faults-1", "faults-2"]);
    await using faults = await FaultsNode.start(built.lib);
    const before = await faults.look();
    const { name, port, cookie } = faults.node;
    const node = ["--node", `${name}:${port}`, "--no-journal"];
    const env = { RELUPCTL_COOKIE: cookie };
    expect((await relupctl(["apply", "--app", `${built.lib}/faults-2`, ...node], { env })).code).toBe(0);
    await keepBusy(faults);
    let acting: Promise<void> = Promise.resolve();
    const { code, stderr } = await relupctl(["rollback", ...node], {
      env,
      onStart: (child) => {
        acting = (async () => {
          await suspended(faults);
          child.kill("SIGINT");
        })();
      },
    });
    await acting;
    expect(code).toBe(130);
    expect(unwrapped(stderr)).toContain("the node goes on taking the upgrade back by itself");
    await faults.node.eval("stopper ! go_on");
    await expect.poll(() => faults.look()).toEqual(before);
  });
});
