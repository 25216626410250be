import pino from "pino";
import { describe, expect, it } from "vitest";
import { bootEmbedded } from "../../../src/cli/embedded.js";
import type { Target } from "../../../src/target/target.js";
import { atom, integer, type Term } from "../../../src/terms/term.js";
import { copyRoot, groupChildren, type TemporaryFolder } from "../../cli/support/root.js";
import { findingsOf, only, STUCK_MS } from "./support.js";

const EBIN = "lib/counter-0.1.0/ebin";

/** Boots a release root that was changed, and does the work with the node. */
async function onNode(change: (root: TemporaryFolder) => void, work: (target: Target) => Promise<void>): Promise<void> {
  using root = copyRoot("counter");
  change(root);
  const options = { root: root.path, boot: "0.1.0", connectTimeout: 10_000, timeout: 5_000 };
  await using target = await bootEmbedded(options, pino({ level: "silent" }));
  await work(target);
}

async function call(target: Target, module: string, fun: string, ...args: readonly Term[]): Promise<Term> {
  const outcome = await target.call({ module, function: fun, args }, { timeoutMs: 30_000 });
  if (outcome.kind !== "returned") throw new Error(`${module}:${fun} ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** The faults of a tree that an embedded node is booted with; without them nothing is found (embedded.test.ts). */
describe("doctor on an embedded node whose tree has a fault", () => {
  it("finds nothing where a supervisor below another is declared as it should be", async () => {
    await onNode(
      (root) => {
        groupChildren(root, "supervisor");
      },
      async (target) => {
        expect(await findingsOf(target, { states: true })).toEqual([]);
      },
    );
  });

  it("hidden-subtree", async () => {
    await onNode(
      (root) => {
        groupChildren(root, "worker");
      },
      async (target) => {
        const finding = only(await findingsOf(target), "hidden-subtree");
        expect(finding).toMatchObject({ severity: "error", module: "counter_group" });
        expect(finding.pids).toHaveLength(3);
      },
    );
  });

  it("supervisor-declared-dynamic", async () => {
    await onNode(
      (root) => {
        groupChildren(root, "supervisor");
        root.edit(
          `${EBIN}/counter_sup.js`,
          'type: atom("supervisor"),',
          'type: atom("supervisor"), modules: atom("dynamic"),',
        );
      },
      async (target) => {
        expect(only(await findingsOf(target), "supervisor-declared-dynamic").hint).toContain(
          "type => supervisor, modules => [counter_group]}",
        );
      },
    );
  });

  it("dynamic-not-answering", async () => {
    await onNode(
      (root) => {
        root.edit(
          `${EBIN}/counter_sup.js`,
          "record({ id: atom(name),",
          'record({ id: atom(name), modules: atom("dynamic"),',
        );
      },
      async (target) => {
        const found = await findingsOf(target);
        expect(found.map(({ code }) => code)).toEqual(["dynamic-not-answering", "dynamic-not-answering"]);
        expect(found.map(({ module }) => module).toSorted()).toEqual(["counter", "counter_client"]);
      },
    );
  });

  it("top-not-supervisor", async () => {
    await onNode(
      (root) => {
        root.edit(`${EBIN}/counter_app.js`, 'atom("counter_sup")', 'atom("counter_client")');
      },
      async (target) => {
        expect(only(await findingsOf(target), "top-not-supervisor").module).toBe("counter_client");
      },
    );
  });

  it("message-queue-long", async () => {
    await onNode(
      () => undefined,
      async (target) => {
        await call(target, "sys", "suspend", atom("counter_client"));
        for (let count = 0; count < 1_000; count++) {
          await call(target, "erlang", "send", atom("counter_client"), integer(count));
        }
        const found = await findingsOf(target);
        expect(found.map(({ code }) => code)).toEqual(["process-suspended", "message-queue-long"]);
      },
    );
  });

  it("old-code-in-use and process-not-responding: a callback that doesn't end", async () => {
    await onNode(
      (root) => {
        root.edit(
          `${EBIN}/counter.js`,
          'isAtom(request, "next")\n',
          'next > 3 ? new Promise(() => { globalThis.counterIsStuck = true; }) : isAtom(request, "next")\n',
        );
        root.edit(`${EBIN}/counter_client.js`, 'atom("next"))', 'atom("next"), atom("infinity"))');
      },
      async (target) => {
        // Its client calls it every few milliseconds.
        await expect.poll(() => (globalThis as { counterIsStuck?: boolean }).counterIsStuck).toBe(true);
        await call(target, "code", "load_file", atom("counter"));
        const found = await findingsOf(target, { timeoutMs: STUCK_MS });
        expect(found.map(({ code, module }) => [code, module])).toEqual([
          ["process-not-responding", "counter"],
          // It waits for the counter's answer.
          ["process-not-responding", "counter_client"],
          ["old-code-in-use", "counter"],
        ]);
      },
    );
  });
});
