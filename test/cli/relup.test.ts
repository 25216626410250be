import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { buildRelease } from "../support/erlang-release.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { appText, appupText, relText } from "../release/rules/support.js";
import { checkDocument, failureDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { TemporaryFolder } from "./support/root.js";
import { oneDocument, relupctl, relupctlJson, unwrapped } from "./support/run.js";

const text = z.string();
const entry = z.strictObject({ vsn: text, description: text, instructions: z.int().min(0) });
const relupDocument = z.strictObject({
  schema: z.literal("relupctl/relup@1"),
  ok: z.literal(true),
  vsn: text,
  upFrom: z.array(entry),
  downTo: z.array(entry),
  form: z.enum(["erlang", "yaml"]),
  output: text.nullable(),
  text: text.nullable(),
  warnings: z.array(z.looseObject({ code: text, severity: z.literal("warning"), file: text, line: z.int() })),
});

/** Runs the command in this process, from the working directory. */
async function run(...args: string[]) {
  const { code, out, err } = await runMain(args);
  return { code, stdout: out, stderr: err };
}

/** Releases shop 1 and 2 in `rel`, with applications of no real node in `lib`. */
function writeShop(folder: TemporaryFolder): void {
  for (const name of ["kernel", "stdlib", "sasl"]) {
    const vsn = { kernel: "8.5.3", stdlib: "4.2", sasl: "4.2" }[name]!;
    const applications = name === "kernel" ? [] : name === "stdlib" ? ["kernel"] : ["kernel", "stdlib"];
    folder.write(`lib/${name}-${vsn}/ebin/${name}.app`, appText(name, vsn, { applications }));
  }
  for (const vsn of ["1", "2"]) {
    folder.write(`rel/shop-${vsn}.rel`, relText("shop", vsn, { shop: vsn }));
    folder.write(`lib/shop-${vsn}/ebin/shop.app`, appText("shop", vsn, { modules: ["shop", "till"] }));
  }
  const update = '[{"1", [{update, shop, {advanced, [{"ä", 1}]}, [till]}, {load_module, till}]}]';
  folder.write("lib/shop-2/ebin/shop.appup", `%% coding: utf-8\n${appupText("2", update, update)}`);
}

const PATH = ["--path", "lib/*/ebin"];
const UP = ["relup", "--to", "rel/shop-2", "--up-from", "rel/shop-1", ...PATH];

describe("relup", () => {
  let folder: TemporaryFolder;
  const before = process.cwd();
  beforeAll(() => {
    folder = new TemporaryFolder();
    writeShop(folder);
    process.chdir(folder.path);
  });
  afterAll(() => {
    process.chdir(before);
    folder[Symbol.dispose]();
  });

  it("writes the file relup in the working directory, and says what it holds", async () => {
    const { code, stdout, stderr } = await relupctl([...UP, "--down-to", "rel/shop-1.rel"], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(
      "ok: the relup of 2 is written as relup\n  up from 1: 7 instructions\n  down to 1: 7 instructions\n",
    );
    expect(folder.read("relup")).toMatch(/^%% coding: utf-8\n\{"2",\n \[\{"1",\[\],/);
    expect(readdirSync(folder.path).sort()).toEqual(["lib", "rel", "relup"]);
    folder.remove("relup");
  });

  it("prints it, with the descriptions of its entries", async () => {
    const { code, stdout } = await run(...UP.slice(0, 3), "--up-from", "rel/shop-1=first prices", ...PATH, "-o", "-");
    expect(code).toBe(0);
    expect(stdout).toContain('[{"1","first prices",');
    expect(stdout.endsWith(" []}.\n")).toBe(true);
    const term = await run(...UP.slice(0, 3), "--down-to", "rel/shop-1:={a, 1}", ...PATH, "-o", "-");
    expect(term.stdout).toContain("{a,1}");
    const wrong = await run(...UP.slice(0, 3), "--down-to", "rel/shop-1:={a", ...PATH);
    expect(wrong.code).toBe(1);
    expect(unwrapped(wrong.stderr)).toContain("What follows := must be an Erlang term");
  });

  it("writes YAML where the file's ending or --to-form asks for it, and refuses where they disagree", async () => {
    expect((await run(...UP, "-o", "rel/two.yaml")).code).toBe(0);
    expect(folder.read("rel/two.yaml")).toMatch(/^vsn: "2"\nupFrom:\n/);
    expect((await run(...UP, "--to-form", "yaml")).stdout).toContain("written as relup.yaml");
    expect(folder.read("relup.yaml")).toBe(folder.read("rel/two.yaml"));
    expect((await run(...UP, "--to-form", "yaml", "-o", "-")).stdout).toBe(folder.read("relup.yaml"));
    const { code, stderr } = await run(...UP, "--to-form", "yaml", "-o", "rel/two");
    expect(code).toBe(1);
    expect(stderr).toContain("Name it rel/two.yaml.");
    folder.remove("relup.yaml");
    folder.remove("rel/two.yaml");
  });

  it("writes into a directory, and over the relup that is there, as systools does", async () => {
    folder.write("out/relup", "old");
    expect((await run(...UP, "-o", "out")).stdout).toContain("written as out/relup\n");
    expect(folder.read("out/relup")).toContain('{"2",');
    expect(readdirSync(folder.at("out"))).toEqual(["relup"]);
  });

  it("finds applications in ERL_LIBS, and those of the release root that the release is in", async () => {
    const libs = await relupctl(["relup", "--to", "rel/shop-2", "--up-from", "rel/shop-1", "--noexec"], {
      cwd: folder.path,
      env: { ERL_LIBS: `/nowhere:${folder.at("lib")}` },
    });
    expect(libs.code).toBe(0);
    folder.write("releases/2/shop.rel.yaml", 'name: shop\nvsn: "2"\nerts: "13.1.5"\napplications:\n');
    folder.edit(
      "releases/2/shop.rel.yaml",
      "applications:\n",
      "applications:\n" +
        Object.entries({ kernel: "8.5.3", stdlib: "4.2", sasl: "4.2", shop: "2" })
          .map(([name, vsn]) => `  - { name: ${name}, vsn: "${vsn}" }\n`)
          .join(""),
    );
    const root = await run("relup", "--to", "releases/2/shop", "--up-from", "rel/shop-1", "--noexec");
    expect({ code: root.code, stderr: root.stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("makes it without writing it, with --noexec", async () => {
    const { code, stdout } = await run(...UP, "--noexec");
    expect(code).toBe(0);
    expect(stdout).toBe("ok: the relup of 2 can be made; nothing was written\n  up from 1: 7 instructions\n");
    expect(readdirSync(folder.path)).not.toContain("relup");
    expect((await run(...UP, "--noexec", "-o", "x")).code).toBe(1);
  });

  it("restarts the emulator at the end where that is asked for", async () => {
    const { stdout } = await run(...UP, "--restart-emulator", "-o", "-");
    expect(stdout).toContain("restart_emulator]}],\n []}.");
  });

  it("says what it lacks where no release to come from or go to is named", async () => {
    const { code, stderr } = await run("relup", "--to", "rel/shop-2", ...PATH);
    expect(code).toBe(1);
    expect(stderr).toContain("Name at least one release with --up-from REL or --down-to REL.");
    expect((await run("relup", "--up-from", "rel/shop-1")).code).toBe(1);
    expect((await run("relup", "--to", "rel/shop-2", "--up-from", "=x")).code).toBe(1);
  });

  it("tells of all that is missing, at its place, and exits with 2", async () => {
    folder.write("rel/shop-3.rel", relText("shop", "3", { shop: "3", bank: "1" }));
    const { code, stdout, stderr } = await run("relup", "--to", "rel/shop-3", "--up-from", "rel/none", ...PATH);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("rel/shop-3.rel:6:3: error: there is no bank.app on the path");
    expect(stderr).toContain("there is no release file rel/none.rel");
    const failed = await run("relup", "--to", "rel/shop-3", "--up-from", "rel/shop-1", ...PATH, "--json");
    const document = oneDocument(failed.stdout, failureDocument("relup"));
    expect(document.problems.length).toBeGreaterThan(1);
  });

  it("refuses with 3 where the manifests are valid, but know no way", async () => {
    const { code, stderr } = await run("relup", "--to", "rel/shop-1", "--up-from", "rel/shop-2", ...PATH);
    expect(code).toBe(3);
    expect(stderr).toContain("shop changes between 2 and 1, but has no appup [appup-missing]");
  });

  describe("with a warning", () => {
    const warned = [...UP.slice(0, 3), "--up-from", "rel/shop-1", "--path", "other/*", ...PATH];
    beforeAll(() => {
      folder.write("other/shop-2/shop.app", appText("shop", "2", { modules: ["shop", "till"] }));
      folder.write("other/shop-2/shop.appup", appupText("1.9", '[{"1", []}]'));
    });

    it("tells of it on stderr, so that the result stays whole", async () => {
      const { code, stdout, stderr } = await run(...warned, "-o", "-");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\{"2",/);
      expect(stderr).toContain("other/shop-2/shop.appup:1:2: warning: the appup of shop is for version 1.9");
      expect((await run(...warned, "-o", "-", "--silent")).stderr).toBe("");
    });

    it("makes nothing where warnings are errors", async () => {
      const { code, stdout, stderr } = await run(...warned, "--warnings-as-errors");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("shop.appup:1:2: error: ");
      expect(readdirSync(folder.path)).not.toContain("relup");
    });

    it("has it in the document", async () => {
      const { document, stderr } = await relupctlJson([...warned, "-o", "-"], relupDocument, { cwd: folder.path });
      expect(stderr).toBe("");
      expect(document).toMatchObject({
        vsn: "2",
        upFrom: [{ vsn: "1", description: "", instructions: 1 }],
        form: "erlang",
        output: null,
        warnings: [{ code: "appup-version-mismatch" }],
      });
      expect(document.text).toMatch(/^\{"2",/);
    });
  });
});

describeErlang("relup, beside systools", () => {
  const oracle = useOracle();

  it("writes a file that OTP reads as the term that systools writes", async () => {
    using folder = new TemporaryFolder();
    writeShop(folder);
    const options = `{path, ["${folder.at("lib/*/ebin")}"]}`;
    for (const [more, ours] of [
      ["", []],
      [", restart_emulator", ["--restart-emulator"]],
    ] as const) {
      const { code } = await relupctl(
        ["relup", "--to", "rel/shop-2", "--up-from", "rel/shop-1=first ä", "--down-to", "rel/shop-1", ...PATH, ...ours],
        { cwd: folder.path },
      );
      expect(code).toBe(0);
      const answer = await oracle.run(
        `[Top, Base, Out, Relup] = [filename:join(Dir, Name) || Dir <- [binary_to_list(Input)],
            Name <- ["rel/shop-2", "rel/shop-1", "out", "relup"]],
         ok = filelib:ensure_dir(filename:join(Out, "x")),
         ok = systools:make_relup(Top, [{Base, [$f, $i, $r, $s, $t, 32, 228]}], [Base], [${options}, {outdir, Out}${more}]),
         {ok, [Theirs]} = file:consult(filename:join(Out, "relup")),
         {ok, [Ours]} = file:consult(Relup),
         atom_to_list(Theirs =:= Ours andalso element(1, Ours) =:= "2").`,
        folder.path,
      );
      expect(answer.toString()).toBe("true");
    }
    expect(folder.read(join("out", "relup"))).toContain("restart_emulator");
  });

  it("agrees with systools on a real release root, whose check finds nothing", async () => {
    await using release = await buildRelease("counter", "counter", ["0.1.0", "0.2.0", "0.3.0"]);
    const rel = (vsn: string) => `releases/${vsn}/counter`;
    const made = await relupctl(
      [
        ...["relup", "--to", rel("0.3.0"), "-o", "releases/0.3.0"],
        ...["0.2.0", "0.1.0"].flatMap((vsn) => ["--up-from", rel(vsn), "--down-to", rel(vsn)]),
      ],
      { cwd: release.root },
    );
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const answer = await oracle.run(
      `Root = binary_to_list(Input),
       Rel = fun(Vsn) -> filename:join([Root, "releases", Vsn, "counter"]) end,
       Bases = [Rel("0.2.0"), Rel("0.1.0")],
       {ok, Theirs, systools_relup, []} = systools:make_relup(Rel("0.3.0"), Bases, Bases,
         [{path, [filename:join(Root, "lib/*/ebin")]}, silent, noexec]),
       {ok, [Ours]} = file:consult(filename:join(filename:dirname(Rel("0.3.0")), "relup")),
       atom_to_list(Theirs =:= Ours andalso length(element(2, Ours)) =:= 2).`,
      release.root,
    );
    expect(answer.toString()).toBe("true");
    const { document } = await relupctlJson(["check", release.root, "--strict"], checkDocument);
    expect(document).toMatchObject({ ok: true, findings: [] });
    expect(document.files).toContain(join(release.root, "releases/0.3.0/relup"));
  });
});
