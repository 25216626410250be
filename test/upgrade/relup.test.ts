import { describe, expect, it } from "vitest";
import { encodeRelup } from "../../src/release/encode.js";
import { parseTerm } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { string } from "../../src/terms/term.js";
import { loadRelupInput, type RelupFiles } from "../../src/upgrade/load-relup-input.js";
import { makeRelup } from "../../src/upgrade/relup.js";
import { appText, memoryFiles, problemsOf, relText } from "../release/path/memory.js";

/** Two releases of app in versions 1 and 2; files may replace others or add some. */
function files(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const core = '{kernel, "1"}, {stdlib, "1"}, {sasl, "3.0"}';
  return {
    "lib/kernel/kernel.app": appText("kernel", "1"),
    "lib/stdlib/stdlib.app": appText("stdlib", "1"),
    "lib/sasl/sasl.app": appText("sasl", "3.0"),
    "lib/app-1/app.app": appText("app", "1", { modules: "[m]" }),
    "lib/app-2/app.app": appText("app", "2", { modules: "[m, n]" }),
    "lib/app-2/app.appup":
      '{"2", [{"1", [{update, m}, {add_module, n}]}], [{<<"1|0">>, [{delete_module, n}, {update, m}]}]}.',
    "lib/new/new.app": appText("new", "1", { modules: "[new]" }),
    "1.rel": relText("1", `${core}, {app, "1"}`),
    "2.rel": relText("2", `${core}, {app, "2"}`),
    "erts.rel": relText("erts", `${core}, {app, "1"}`, "12.0"),
    "new.rel": relText("new", `${core}, {new, "1", transient}, {app, "2"}`),
    ...more,
  };
}

async function make(more: Readonly<Record<string, string>>, options: Partial<RelupFiles> = {}) {
  const reader = memoryFiles(files(more));
  const all = { to: "2", upFrom: [{ rel: "1" }], downTo: [{ rel: "1" }], path: ["lib/*"], ...options };
  const { relup, problems } = makeRelup(await loadRelupInput(reader, all));
  return { relup: printTerm(encodeRelup(relup)), problems, reads: reader.reads };
}

const written = (text: string): string => printTerm(parseTerm(text));
const problems = async (more: Readonly<Record<string, string>>, options?: Partial<RelupFiles>) =>
  (await problemsOf(() => make(more, options))).map(({ code, span }) => [code, span?.file]);

describe("makeRelup", () => {
  it("takes the scripts of the appups for the versions that change", async () => {
    expect((await make({})).relup).toBe(
      written(`{"2",
        [{"1", [], [{load_object_code, {app, "2", [m, n]}}, point_of_no_return,
                    {suspend, [m]}, {load, {m, brutal_purge, brutal_purge}}, {resume, [m]},
                    {load, {n, brutal_purge, brutal_purge}}]}],
        [{"1", [], [{load_object_code, {app, "1", [m]}}, point_of_no_return,
                    {remove, {n, brutal_purge, brutal_purge}}, {purge, [n]},
                    {suspend, [m]}, {load, {m, brutal_purge, brutal_purge}}, {resume, [m]}]}]}`),
    );
  });

  it("reads only the appups that it needs", async () => {
    const { reads } = await make({ "lib/kernel/kernel.appup": "not a term" });
    expect(reads.filter((file) => file.endsWith(".appup"))).toEqual(["lib/app-2/app.appup"]);
  });

  it("adds and removes applications, and takes their start types from the release", async () => {
    const { relup } = await make(
      {},
      { to: "new", upFrom: [{ rel: "2", description: string("up") }], downTo: [{ rel: "2" }] },
    );
    expect(relup).toBe(
      written(`{"new",
        [{"2", "up", [{load_object_code, {new, "1", [new]}}, point_of_no_return,
                      {load, {new, brutal_purge, brutal_purge}}, {apply, {application, start, [new, transient]}}]}],
        [{"2", [], [point_of_no_return, {apply, {application, stop, [new]}},
                    {remove, {new, brutal_purge, brutal_purge}}, {purge, [new]},
                    {apply, {application, unload, [new]}}]}]}`),
    );
  });

  it("restarts the emulator where erts changes or the caller asks for it, and warns", async () => {
    const { relup, problems } = await make(
      {},
      { to: "2", upFrom: [{ rel: "erts" }], downTo: [], restartEmulator: true },
    );
    expect(relup).toMatch(/^\{"2",\[\{"erts",\[\],\[restart_new_emulator,.*,restart_emulator\]\}\],\[\]\}$/);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([["erts-changed", "warning"]]);
  });

  it("puts the last base first, as systools does", async () => {
    const { relup } = await make({}, { upFrom: [{ rel: "1" }, { rel: "2" }], downTo: [] });
    expect([...relup.matchAll(/\{"(\d)",\[\]/g)].map((match) => match[1])).toEqual(["2", "1"]);
  });

  it("warns once of an appup for another version", async () => {
    const { problems } = await make({ "lib/app-2/app.appup": '{"3", [{"1", []}], [{"1", []}]}.' });
    expect(problems.map(({ code, span }) => [code, span?.file])).toEqual([
      ["appup-version-mismatch", "lib/app-2/app.appup"],
    ]);
  });

  it("restarts a release handler from before R15 last", async () => {
    const old = relText("old", '{kernel, "1"}, {stdlib, "1"}, {sasl, "10.0"}, {app, "1"}', "12.0");
    const more = {
      "old.rel": old,
      "lib/sasl-10/sasl.app": appText("sasl", "10.0"),
      "lib/sasl/sasl.appup": '{"3.0", [{<<".*">>, []}], []}.',
    };
    // "10.0" < "2.2" as strings, which is how systools compares them.
    const { relup, problems } = await make(more, { upFrom: [{ rel: "old" }], downTo: [], restartEmulator: true });
    expect(relup).toMatch(/,restart_new_emulator\]\}\],\[\]\}$/);
    expect(relup).not.toContain("restart_emulator,");
    expect(problems.map(({ code }) => code)).toEqual(["erts-changed", "pre-r15-emulator-upgrade"]);
  });

  it("says which appup has no way, and which application has no appup", async () => {
    expect(await problems({ "lib/app-2/app.appup": '{"2", [{"0", []}], [{"1", []}]}.' })).toEqual([
      ["no-upgrade-path", "lib/app-2/app.appup"],
    ]);
    const all = files();
    delete (all as Record<string, string>)["lib/app-2/app.appup"];
    const reader = memoryFiles(all);
    const found = await problemsOf(async () =>
      makeRelup(await loadRelupInput(reader, { to: "2", upFrom: [{ rel: "1" }], downTo: [], path: ["lib/*"] })),
    );
    expect(found).toMatchObject([{ code: "appup-missing", span: { file: "lib/app-2/app.app" } }]);
  });

  it("names the place of what is wrong in a script, once for all bases that share it", async () => {
    const appup = '{"2", [{<<".*">>, [{load_module, m},\n  {load_module, nowhere}]}], []}.';
    const more = { "lib/app-2/app.appup": appup, "0.rel": files()["1.rel"]!.replace('"1"}', '"0"}') };
    const found = await problemsOf(() => make(more, { upFrom: [{ rel: "1" }, { rel: "0" }], downTo: [] }));
    expect(found).toMatchObject([
      { code: "module-not-in-app", span: { file: "lib/app-2/app.appup", start: { line: 2, column: 3 } } },
    ]);
  });

  it("looks at the entries of an appup up to the one that fits, no further", async () => {
    const appup = '{"2", [{<<"(?i)x">>, []}, {"1", []}, {"0", [nonsense]}], [{"1", []}, {<<"(?i)x">>, []}]}.';
    expect(await problems({ "lib/app-2/app.appup": appup })).toEqual([
      ["unsupported-version-pattern", "lib/app-2/app.appup"],
    ]);
    expect((await make({ "lib/app-2/app.appup": appup }, { upFrom: [] })).problems).toEqual([]);
  });

  it("refuses a version that is a binary, but no text, where it comes to it", async () => {
    const appup = '{"2", [{<<255>>, []}, {"1", []}], [{"1", []}, {<<255>>, []}]}.';
    expect((await make({ "lib/app-2/app.appup": appup }, { upFrom: [] })).problems).toEqual([]);
    expect(await problems({ "lib/app-2/app.appup": appup })).toEqual([["bad-version-pattern", "lib/app-2/app.appup"]]);
  });

  it("refuses a release without sasl, and every release that doesn't fit together", async () => {
    const more = {
      "1.rel": relText("1", '{kernel, "1"}, {stdlib, "1"}, {app, "1"}'),
      "lib/app-2/app.app": appText("app", "2", { modules: "[m, m]" }),
    };
    expect(await problems(more)).toEqual([
      ["duplicate-module", "lib/app-2/app.app"],
      ["missing-sasl", "1.rel"],
    ]);
  });
});
