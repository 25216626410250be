import { describe, expect, it } from "vitest";
import { failureDocument, treeDocument } from "./support/documents.js";
import { copyRoot, type TemporaryFolder } from "./support/root.js";
import { COUNTER, relupctl, relupctlJson, STORE, widest } from "./support/run.js";

const treeOf = async (root: string, ...options: string[]): Promise<string> => {
  const { code, stdout, stderr } = await relupctl(["tree", "--root", root, ...options], { env: { LC_ALL: "C" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};

/** Six more stores, started like the three that are there. */
function moreStores(root: TemporaryFolder): void {
  const stores = ["a", "b", "c", "d", "e", "f"].map((name) => `["${name}", []],`).join(" ");
  root.edit("lib/my_store-1.0.0/ebin/Elixir.MyStore.Application.js", '["books", []],', `["books", []], ${stores}`);
  // Without a name of their own they are alike.
  root.edit(
    "lib/my_store-1.0.0/ebin/Elixir.MyStore.js",
    'gen_server.start_link(local(keyGet(options, "name")), ',
    "gen_server.start_link(undefined, ",
  );
}

describe("tree", () => {
  it("shows applications, supervisors and processes, and marks a specification that hides the callback module", async () => {
    const text = await treeOf(STORE);
    expect(text).toMatch(/^kernel 8\.5\.3\n`- kernel_sup {2}<0\.\d+\.0> {2}supervisor {2}kernel$/m);
    expect(text).toMatch(/^ {3}`- MyStore\.Stores {3}<0\.\d+\.0> {2}supervisor$/m);
    expect(text).toMatch(
      /^ {6}\|- fruit {9}<0\.\d+\.0> {2}MyStore\.Server {2}vsn 1\.0\.0\n {6}\| +! declared as MyStore$/m,
    );
    expect(text).toMatch(/^6 processes, \d+ outside every tree \(--unsupervised\), 3 marked with !\n$/m);
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it("boots the release that --boot names, else the permanent one, else the lowest", async () => {
    using root = copyRoot("counter");
    const [lowest, named] = await Promise.all([treeOf(root.path), treeOf(root.path, "--boot", "0.3.0")]);
    expect(lowest).toContain("\ncounter 0.1.0\n");
    expect(named).toContain("\ncounter 0.3.0\n");
    root.write("releases/start_erl.data", "13.1.5 0.2.0\n");
    expect(await treeOf(root.path)).toContain("\ncounter 0.2.0\n");
  });

  it("counts equal children, and shows each of them with --all", async () => {
    using root = copyRoot("store");
    moreStores(root);
    const [counted, all] = await Promise.all([treeOf(root.path), treeOf(root.path, "--all")]);
    expect(counted).toMatch(/^ {6}`- 9 x MyStore\.Server +vsn 1\.0\.0 {2}! declared as MyStore$/m);
    expect(all.match(/MyStore\.Server {2}<0\.\d+\.0>/g)).toHaveLength(9);
  });

  it("is one document as JSON, and has processes outside every tree only with --unsupervised", async () => {
    const [supervised, all] = await Promise.all([
      relupctlJson(["tree", "--root", COUNTER], treeDocument),
      relupctlJson(["tree", "--root", COUNTER, "--unsupervised"], treeDocument),
    ]);
    expect(supervised.code).toBe(0);
    expect(supervised.document.processes.every((process) => process.supervised)).toBe(true);
    const counter = supervised.document.processes.find(({ registeredName }) => registeredName === "counter");
    const top = supervised.document.processes.find(({ registeredName }) => registeredName === "counter_sup");
    expect(top).toMatchObject({ supervisor: null, type: "supervisor", modules: ["counter_sup"] });
    expect(counter).toMatchObject({
      application: "counter",
      supervisor: top!.pid,
      id: "counter",
      type: "worker",
      modules: ["counter"],
      callbackModule: "counter",
    });
    expect(all.document.processes.some((process) => !process.supervised)).toBe(true);
    const text = await treeOf(COUNTER, "--unsupervised");
    expect(text).toMatch(/^outside every tree: \d+ processes$/m);
  });

  it("shows one application, or where one module runs, and draws it", async () => {
    const [application, module, dot] = await Promise.all([
      treeOf(STORE, "--app", "my_store"),
      treeOf(STORE, "--module", "MyStore.Server"),
      treeOf(STORE, "--app", "my_store", "--dot"),
    ]);
    expect(application).not.toContain("kernel");
    expect(module).toMatch(
      /^MyStore\.Server {2}vsn 1\.0\.0 {2}md5 [0-9a-f]{32}\n.*MyStore\.Server\.js\n\nmy_store 1\.0\.0\n/,
    );
    expect(module).toMatch(/^3 processes, 3 marked with !$/m);
    expect(dot).toMatch(/^digraph "relupctl@embedded" \{\n[^]*\n\}\n$/);
    const { document } = await relupctlJson(
      ["tree", "--root", STORE, "--module", "Elixir.MyStore.Server"],
      treeDocument,
    );
    expect(document.processes.map(({ registeredName, marks, vsn }) => [registeredName, marks, vsn])).toEqual(
      ["fruit", "tools", "books"].map((name) => [name, ["callback-not-declared"], '"1.0.0"']),
    );
  });

  it("refuses an application that doesn't run, and two forms at once", async () => {
    const [unknown, both] = await Promise.all([
      relupctlJson(["tree", "--root", STORE, "--app", "shop"], failureDocument("tree")),
      relupctl(["tree", "--root", STORE, "--dot", "--json"]),
    ]);
    expect(unknown).toMatchObject({ code: 1, document: { error: { code: "application-not-running" } } });
    expect(both.code).toBe(1);
  });

  it("waits for the answer of a process no longer than --timeout", async () => {
    using root = copyRoot("counter");
    // A supervisor that is busy: it starts a child that takes longer than the command may.
    root.edit(
      "lib/counter-0.1.0/ebin/counter.js",
      'exports.init = (_args) => tuple(atom("ok"), 0);',
      SLOW_SECOND_START,
    );
    const { document } = await relupctlJson(["tree", "--root", root.path, "--timeout", "300ms"], treeDocument);
    // On a busy machine others may not have answered either.
    const silent = { kind: "supervisor_not_responding", application: "counter" };
    expect(document.anomalies).toContainEqual(expect.objectContaining(silent));
  });
});

/** Ends soon after it was started, and takes ten minutes to start again: its supervisor can't answer meanwhile. */
const SLOW_SECOND_START = `
const { self, send_after, sleep } = require("relupctl/runtime");
let starts = 0;
exports.init = async (_args) => {
  starts += 1;
  if (starts > 1) await sleep(600_000);
  send_after(20, self(), atom("stop"));
  return tuple(atom("ok"), 0);
};
exports.handle_info = (_message, next) => tuple(atom("stop"), atom("normal"), next);
`;
