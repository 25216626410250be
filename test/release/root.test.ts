import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { renderProblem } from "../../src/terms/caret.js";
import { ProblemError } from "../../src/terms/problem.js";
import { localFiles } from "../../src/release/local-files.js";
import { listReleases, readRelease } from "../../src/release/root.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { memoryFiles } from "./memory-files.js";

const app = (name: string, vsn: string): string =>
  `{application, ${name}, [{description, ""}, {vsn, "${vsn}"}, {modules, []}, {registered, []}, {applications, []}]}.\n`;
const rel = (vsn: string, ...applications: readonly string[]): string =>
  `{release, {"shop", "${vsn}"}, {erts, "13"},\n [{kernel, "8"}, {stdlib, "4"}, {sasl, "4"}${applications.map((each) => `,\n  ${each}`).join("")}]}.\n`;

const base: Readonly<Record<string, string>> = {
  "/r/lib/kernel-8/ebin/kernel.app": app("kernel", "8"),
  "/r/lib/stdlib-4/ebin/stdlib.app": app("stdlib", "4"),
  "/r/lib/sasl-4/ebin/sasl.app": app("sasl", "4"),
};
const shop: Readonly<Record<string, string>> = {
  ...base,
  "/r/releases/1.9.0/shop.rel": rel("1.9.0", '{cart, "0.1.0"}'),
  "/r/releases/1.10.0/shop.rel.yaml": `name: shop
vsn: "1.10.0"
erts: "13"
applications:
  - { name: kernel, vsn: "8" }
  - { name: stdlib, vsn: "4" }
  - { name: sasl, vsn: "4" }
  - { name: cart, vsn: "0.2.0" }
`,
  "/r/releases/1.10.0/relup.yaml": 'vsn: "1.10.0"\nupFrom: []\ndownTo: []\n',
  "/r/releases/1.10.0/sys.config": "[].",
  "/r/lib/cart-0.1.0/ebin/cart.app": app("cart", "0.1.0"),
  "/r/lib/cart-0.2.0/ebin/cart.app": app("cart", "0.2.0"),
  "/r/lib/cart-0.2.0/ebin/cart.appup": '{"0.2.0", [{"0.1.0", [{load_module, cart}]}], []}.\n',
};

/** What a release is refused for, as people see it. */
async function messages(files: Readonly<Record<string, string>>, vsn: string): Promise<string> {
  const error: unknown = await readRelease(memoryFiles(files), "/r", vsn).catch((reason: unknown) => reason);
  if (!(error instanceof ProblemError)) throw new Error(`no ProblemError: ${String(error)}`);
  return error.problems.map((problem) => renderProblem(problem, { width: 100 })).join("\n\n");
}

describe("readRelease", () => {
  it("reads what the root holds of a release, in either form", async () => {
    const contents = await readRelease(memoryFiles(shop), "/r", "1.10.0");
    expect(contents.dir).toBe("/r/releases/1.10.0");
    expect(contents.rel.record.vsn).toBe("1.10.0");
    expect(contents.relup?.record).toEqual({ vsn: "1.10.0", upFrom: [], downTo: [] });
    expect([...contents.applications.keys()]).toEqual(["kernel", "stdlib", "sasl", "cart"]);
    const cart = contents.applications.get("cart")!;
    expect(cart.dir).toBe("/r/lib/cart-0.2.0");
    expect(cart.app.record.vsn).toBe("0.2.0");
    expect(cart.appup?.upFrom[0]?.version).toEqual({ exact: "0.1.0" });

    const old = await readRelease(memoryFiles(shop), "/r/", "1.9.0");
    expect(old.relup).toBeUndefined();
    expect(old.applications.get("cart")).not.toHaveProperty("appup");
  });

  it("finds applications where RELEASES says that they are", async () => {
    const releases = `[{release,"shop","1.9.0","13",[{cart,"0.1.0","/elsewhere/cart"},{sasl,"4","more/sasl"}],permanent}].\n`;
    const { "/r/lib/cart-0.1.0/ebin/cart.app": cart, "/r/lib/sasl-4/ebin/sasl.app": sasl, ...others } = shop;
    const moved = {
      ...others,
      "/r/releases/RELEASES": releases,
      "/elsewhere/cart/ebin/cart.app": cart!,
      "/r/more/sasl/ebin/sasl.app": sasl!,
    };
    const { applications } = await readRelease(memoryFiles(moved), "/r", "1.9.0");
    expect(applications.get("cart")!.dir).toBe("/elsewhere/cart");
    expect(applications.get("sasl")!.dir).toBe("/r/more/sasl");
  });

  it("leaves applications out that the node brings along, unless they are there", async () => {
    const others = Object.fromEntries(Object.entries(shop).filter(([path]) => !path.includes("kernel")));
    const supplied = new Set(["kernel", "stdlib", "sasl"]);
    const { applications } = await readRelease(memoryFiles(others), "/r", "1.9.0", { supplied });
    expect([...applications.keys()]).toEqual(["stdlib", "sasl", "cart"]);
  });

  it("tells of everything that is missing or wrong", async () => {
    const broken = {
      ...shop,
      "/r/releases/1.9.0/shop.rel": rel("1.9.0", '{cart, "0.3.0"}', '{bank, "1"}', '{mail, "2"}', '{log, "1"}'),
      "/r/releases/1.9.0/relup": "{}.\n",
      "/r/lib/mail-2/ebin/mail.app": app("mail", "1"),
      "/r/lib/log-1/ebin/log.app": app("log", "1"),
      "/r/lib/log-1/ebin/log.app.yaml": "name: log",
    };
    expect(await messages(broken, "1.9.0")).toMatchInlineSnapshot(`
      "/r/releases/1.9.0/relup:1:1: error: a relup is written {Vsn, [{Vsn, Description, Script}], [{Vsn, Description, Script}]}, not the tuple {}
      1 | {}.
        | ^^

      /r/releases/1.9.0/shop.rel:3:3: error: there is no application cart-0.3.0 in /r/lib
      3 |   {cart, "0.3.0"},
        |   ^^^^^^^^^^^^^^^
        hint: It has cart-0.1.0, cart-0.2.0.

      /r/releases/1.9.0/shop.rel:4:3: error: there is no application bank-1 in /r/lib
      4 |   {bank, "1"},
        |   ^^^^^^^^^^^
        hint: It has cart-0.1.0, cart-0.2.0, kernel-8, log-1, mail-2, sasl-4, stdlib-4.

      /r/lib/mail-2/ebin/mail.app:1:47: error: the application's version is 1, but the release asks for 2
      1 | {application, mail, [{description, ""}, {vsn, "1"}, {modules, []}, {registered, []}, {applicat…
        |                                               ^^^

      error: log.app and log.app.yaml lie side by side in /r/lib/log-1/ebin
        Both are forms of the same manifest, and nothing says which of them holds.
        hint: Keep one of them; relupctl convert makes either from the other."
    `);
  });

  it("says which releases there are", async () => {
    expect(await messages(shop, "1.11.0")).toMatchInlineSnapshot(`
      "error: there is no release 1.11.0 in /r
        hint: It has 1.9.0, 1.10.0. Another one is unpacked first: relupctl unpack PACKAGE."
    `);
    expect(await messages(base, "1.9.0")).toMatchInlineSnapshot(`
      "error: there is no release 1.9.0 in /r
        hint: /r/releases is empty or missing."
    `);
    expect(await messages({ ...shop, "/r/releases/2/x": "" }, "2")).toMatchInlineSnapshot(`
      "error: /r/releases/2 holds no .rel
        hint: A release is described by <name>.rel there."
    `);
  });

  it.each(["..", ".", "", "1.9.0/../1.9.0", "a\0b"])("takes %j for no version", async (vsn) => {
    expect(await messages(shop, vsn)).toContain("there is no release");
  });

  it("refuses a release that says another version, and two of them in one directory", async () => {
    expect(await messages({ ...shop, "/r/releases/2/shop.rel": rel("3") }, "2")).toMatchInlineSnapshot(`
      "/r/releases/2/shop.rel:1:20: error: the release says that its version is 3, but it lies in releases/2
      1 | {release, {"shop", "3"}, {erts, "13"},
        |                    ^^^
        hint: Correct the version, or rename the directory."
    `);
    const two = { ...shop, "/r/releases/1.9.0/other.rel.yml": "" };
    expect(await messages(two, "1.9.0")).toMatchInlineSnapshot(`
      "error: /r/releases/1.9.0 holds more than one release: other.rel, shop.rel
        hint: Keep the .rel of the release that this version is."
    `);
    const bothForms = { ...shop, "/r/releases/1.9.0/shop.rel.yaml": "" };
    expect(await messages(bothForms, "1.9.0")).toMatchInlineSnapshot(`
      "error: shop.rel and shop.rel.yaml lie side by side in /r/releases/1.9.0
        Both are forms of the same manifest, and nothing says which of them holds.
        hint: Keep one of them; relupctl convert makes either from the other."
    `);
  });
});

describe("listReleases", () => {
  const list = (more: Readonly<Record<string, string>>) => listReleases(memoryFiles({ ...shop, ...more }), "/r");
  const libs = '[{cart,"1","/r/lib/cart-1"}]';

  it("gives the versions in their order, without what is no release", async () => {
    expect(await list({ "/r/releases/start_erl.data": "", "/r/releases/notes/readme": "" })).toEqual({
      releases: [{ vsn: "1.9.0" }, { vsn: "1.10.0" }],
    });
  });

  it("knows from RELEASES what state they are in", async () => {
    const text = `[{release,"shop","1.10.0","13",${libs},permanent},\n {release,"shop","1.9.0","13",[],old}].\n`;
    expect(await list({ "/r/releases/RELEASES": text, "/r/releases/start_erl.data": "13 1.9.0" })).toEqual({
      releases: [
        { vsn: "1.9.0", status: "old" },
        { vsn: "1.10.0", status: "permanent" },
      ],
      permanent: "1.10.0",
    });
  });

  it("takes start_erl.data where RELEASES says nothing", async () => {
    expect((await list({ "/r/releases/start_erl.data": "13.1.5 1.10.0\n" })).permanent).toBe("1.10.0");
    expect((await list({ "/r/releases/start_erl.data": "what?" })).permanent).toBeUndefined();
  });

  it.each([
    "[{release,a}].",
    "{}.",
    "[]. [].",
    "",
    '[{release,"a","1","13",[],gone}].',
    '[{release,"a","1","13",[x],old}].',
  ])("refuses the RELEASES %j", async (text) => {
    const error = await list({ "/r/releases/RELEASES": text }).catch((reason: unknown) => reason);
    expect((error as ProblemError).problems.map(({ code }) => code)).toEqual(["bad-releases-file"]);
  });

  it("says so where there is no root", async () => {
    await expect(listReleases(memoryFiles({}), "/nowhere")).rejects.toThrow("/nowhere is no release root");
  });
});

describe("the files of this machine", () => {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const directory = (files: Readonly<Record<string, string>>): string => {
    const root = mkdtempSync(join(tmpdir(), "relupctl-root-"));
    made.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };

  it("are read; what isn't there is undefined", async () => {
    const root = directory({ "a/b": "text" });
    expect(Buffer.from((await localFiles.read(join(root, "a/b")))!).toString()).toBe("text");
    expect(await localFiles.list(join(root, "a"))).toEqual(["b"]);
    expect(await localFiles.read(join(root, "a/c"))).toBeUndefined();
    expect(await localFiles.read(join(root, "a/b/c"))).toBeUndefined();
    expect(await localFiles.list(join(root, "c"))).toBeUndefined();
    expect(await localFiles.list(join(root, "a/b"))).toBeUndefined();
  });

  it("that can't be read are a problem", async () => {
    const root = directory({ "a/b": "text" });
    await expect(localFiles.read(join(root, "a"))).rejects.toMatchObject({ problems: [{ code: "file-not-readable" }] });
    await expect(localFiles.read("a\0b")).rejects.toMatchObject({ problems: [{ code: "file-not-readable" }] });
    // The superuser may read everything.
    if (process.getuid?.() === 0) return;
    chmodSync(join(root, "a/b"), 0);
    await expect(localFiles.read(join(root, "a/b"))).rejects.toThrow("permission denied");
  });

  it("may be a release root", async () => {
    const root = directory(
      Object.fromEntries(Object.entries(shop).map(([path, text]) => [path.replace("/r/", ""), text])),
    );
    expect((await listReleases(localFiles, root)).releases.map(({ vsn }) => vsn)).toEqual(["1.9.0", "1.10.0"]);
    expect((await readRelease(localFiles, root, "1.10.0")).applications.size).toBe(4);
  });

  describeErlang("in a root that OTP registered", () => {
    const oracle = useOracle();

    it("are found as release_handler:create_RELEASES/4 says", async () => {
      const root = directory({ "releases/1.9.0/shop.rel": rel("1.9.0") });
      const path = JSON.stringify(root);
      await oracle.run(
        `ok = release_handler:create_RELEASES(${path}, filename:join(${path}, "releases"),
           filename:join(${path}, "releases/1.9.0/shop.rel"), []), "done".`,
      );
      expect(await listReleases(localFiles, root)).toEqual({
        releases: [{ vsn: "1.9.0", status: "permanent" }],
        permanent: "1.9.0",
      });
    });
  });
});
