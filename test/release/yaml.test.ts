import { describe, expect, it } from "vitest";
import { readApp, readAppup, readRel, readRelup } from "../../src/release/read.js";
import type { Apply } from "../../src/release/instruction.js";
import type { ProblemError } from "../../src/terms/problem.js";
import { printTerm } from "../../src/terms/print.js";
import { codes } from "./problems.js";

const app = (...lines: readonly string[]): string =>
  ["name: a", 'description: ""', 'vsn: "1"', "modules: []", "registered: []", "applications: []", ...lines, ""].join(
    "\n",
  );
const appup = (instructions: string): string =>
  `vsn: "2"\nupFrom: [{ version: "1", instructions: ${instructions} }]\ndownTo: []\n`;
const term = (text: string): string => {
  const { record } = readAppup(appup(`[{ apply: { module: m, function: f, args: [${text}] } }]`), "a.appup.yaml");
  return printTerm((record.upFrom[0]!.instructions[0] as Apply).mfa.args[0]!);
};

describe("a term in YAML", () => {
  it.each([
    ["42", "42"],
    ["-0", "0"],
    ["0x1F", "31"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["1.0", "1.0"],
    ["-0.0", "-0.0"],
    [".5", "0.5"],
    ["1e3", "1.0e3"],
    ["true", "true"],
    ["false", "false"],
    ['"text"', '"text"'],
    ["'it''s'", '"it\'s"'],
    ['"\\u00e9\\n"', '"é\\n"'],
    ['""', "[]"],
    ["!!str 12", '"12"'],
    ["[]", "[]"],
    ['[1, "a", [true, 1.5]]', '[1,"a",[true,1.5]]'],
    ["!erl foo", "foo"],
    ['!erl "foo."', "foo"],
    ["!erl \"'Elixir.Foo'\"", "'Elixir.Foo'"],
    ["!erl '<<\"b\">>'", '<<"b">>'],
    ['!erl "#{a => [1|2]} % why"', "#{a => [1|2]}"],
    ["[!erl foo, 2]", "[foo,2]"],
  ])("%s is %s", (yaml, erlang) => {
    expect(term(yaml)).toBe(erlang);
  });

  it.each([
    "foo",
    "yes",
    "~",
    "null",
    ".inf",
    "-.inf",
    ".nan",
    "{ a: 1 }",
    "2024-01-01",
    "[foo]",
    "1_000",
    "!!binary aGk=",
    '"\\ud800"',
  ])("%s could be several, or none", (yaml) => {
    expect(codes(() => term(yaml))).toEqual(["ambiguous-term"]);
  });

  it.each(["!erl Foo", '!erl ""', '!erl "a. b"', '!erl "{"', "!erl [a]", "!other x"])("%s is none", (yaml) => {
    expect(codes(() => term(yaml))).toEqual(["syntax-error"]);
  });
});

describe("!erl", () => {
  it("may stand for an instruction, a list, an entry, and the whole file", () => {
    const expected = readAppup('{"2",[{"1",[{load_module,m}]}],[]}.', "a.appup").record;
    for (const yaml of [
      appup('[!erl "{load_module, m}"]'),
      appup('!erl "[{load_module, m}]"'),
      'vsn: !erl \'"2"\'\nupFrom:\n  - !erl \'{"1", [{load_module, m}]}\'\ndownTo: !erl "[]"\n',
      '!erl |\n  {"2", [{"1", [{load_module, m}]}],\n   []}\n',
    ]) {
      expect(readAppup(yaml, "a.appup.yaml").record).toEqual(expected);
    }
  });

  it.each([
    ['[!erl "{update, m, hard}"]', "hard"],
    ["[!erl '{update, ''m'', hard}']", "hard"],
    ['[!erl "{update, \\"m\\", hard}"]', '\\"m\\"'],
    ["[!erl '{update, \"m\", hard}']", '"m"'],
    ["\n  - !erl |\n    {update,\n      m,\n        hard}", "hard"],
    ["\n  - !erl >-\n    {update,\n    m, hard}", "hard"],
    ['[!erl "{update, m,\n    hard}"]', "hard"],
    // Behind an escape that isn't followed, the place is the whole.
    ['[!erl "{update, \\x6d, hard}"]', '"{update, \\x6d, hard}"'],
  ])("knows the places of its parts: %s", (instructions, place) => {
    const script = instructions.replaceAll("\n", "\n    ");
    const text = `vsn: "2"\ndownTo: []\nupFrom:\n  - version: "1"\n    instructions: ${script}\n`;
    try {
      readAppup(text, "a.appup.yaml");
      expect.unreachable();
    } catch (error) {
      const { span } = (error as ProblemError).problems[0]!;
      expect(text.slice(span!.start.offset, span!.end.offset)).toBe(place);
    }
  });
});

describe("YAML of other tools", () => {
  it("may use anchors and aliases", () => {
    const { record } = readAppup(
      'vsn: "2"\nupFrom:\n  - &old\n    version: "1"\n    instructions: [{ load_module: m }]\ndownTo: [*old]\n',
      "a.appup.yml",
    );
    expect(record.downTo).toEqual(record.upFrom);
  });

  it("may have a byte order mark, CRLF, comments and document marks", () => {
    const text = `\ufeff# a comment\r\n---\r\n${app().replaceAll("\n", "\r\n")}...\r\n`;
    expect(readApp(new TextEncoder().encode(text), "a.app.yaml").record.name).toBe("a");
    expect(readApp(text, "a.app.yaml").record.vsn).toBe("1");
  });

  it.each([
    ["an alias of nothing", "name: *a\n", ["syntax-error"]],
    ["an alias of what holds it", "name: &a [*a]\n", ["syntax-error"]],
    ["two documents", "name: a\n---\nname: b\n", ["syntax-error"]],
    ["YAML 1.1", "%YAML 1.1\n---\nname: a\n", ["syntax-error"]],
    ["keys that are no text", app("? [a]", ": 1", "1: 2"), ["unknown-key", "unknown-key"]],
    ["merge keys", app("<<: { id: x }"), ["unknown-key"]],
    ["the key __proto__", app("__proto__: { id: x }"), ["unknown-key"]],
  ])("is refused with %s", (_, text, expected) => {
    expect(codes(() => readApp(text, "a.app.yaml"))).toEqual(expected);
  });

  it("that isn't UTF-8 is refused", () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode("name: a\nid: "), 0xe9]);
    expect(codes(() => readApp(bytes, "a.app.yaml"))).toEqual(["syntax-error"]);
  });
});

describe("an .app in YAML", () => {
  it("keeps the order of its keys", () => {
    const { record } = readApp(
      app("mod: []", "extra: { b: 1, a: 2 }", "id: x", "startPhases: !erl undefined"),
      "a.app.yaml",
    );
    expect(record.order).toEqual([
      "description",
      "vsn",
      "modules",
      "registered",
      "applications",
      "mod",
      "b",
      "a",
      "id",
      "start_phases",
    ]);
    expect(record).not.toHaveProperty("mod");
    expect(record).not.toHaveProperty("startPhases");
  });

  it("keeps no order where it is the usual one", () => {
    const usual =
      'name: a\ndescription: ""\nvsn: "1"\nmodules: []\nregistered: []\napplications: []\nextra: { x: 1 }\n';
    expect(readApp(usual, "a.app.yaml").record).not.toHaveProperty("order");
  });

  it("may say the order of its keys, and only of those", () => {
    const order = "order: [vsn, x, description, modules, mod, registered, applications]";
    const read = readApp(app("extra: { x: 1 }", order), "a.app.yaml");
    expect(read.record.order).toEqual(["vsn", "x", "description", "modules", "mod", "registered", "applications"]);
    expect(codes(() => readApp(app("order: [vsn, env, y, vsn, 1]"), "a.app.yaml"))).toEqual(["bad-order"]);
    expect(codes(() => readApp(app("order: [vsn, env, y, vsn]"), "a.app.yaml"))).toEqual([
      "bad-order-key",
      "bad-order-key",
      "bad-order-key",
    ]);
  });

  it("may not hide a known key in extra", () => {
    expect(codes(() => readApp(app("extra: { included_applications: [] }"), "a.app.yaml"))).toEqual([
      "known-extra-key",
    ]);
  });

  it("has names of at most 255 characters", () => {
    const name = "\u{1f600}".repeat(255);
    expect(readApp(app(`env: { ${name}: 1 }`), "a.app.yaml").record.env![0]![0]).toBe(name);
    expect(codes(() => readApp(app(`env: { ${name}x: 1 }`), "a.app.yaml"))).toEqual(["atom-too-long"]);
    expect(codes(() => readApp(app('env: { "\\ud800": 1 }'), "a.app.yaml"))).toEqual(["lone-surrogate"]);
  });
});

describe("warnings", () => {
  const warned = (warnings: readonly { code: string; severity: string }[]): readonly string[] =>
    warnings.map(({ code, severity }) => `${severity} ${code}`);

  it("tell what OTP passes over in an .app", () => {
    const text = `{application, a, [{description, ""}, {vsn, "1"}, {vsn, "2"}, {modules, []}, junk, {registered, []},
      {applications, []}, {runtime_dependencies, none}]}.`;
    const { record, warnings } = readApp(text, "a.app");
    expect(record.vsn).toBe("1");
    expect(warned(warnings)).toEqual([
      "warning ignored-key",
      "warning ignored-element",
      "warning odd-runtime-dependencies",
    ]);
  });

  it("tell of names that only older OTPs take twice in an .app", () => {
    const text = `{application, a, [{description, ""}, {vsn, "1"}, {modules, [a, b, a, a]}, {registered, []},
      {optional_applications, ['B c', 'B c']}, {applications, [kernel]}]}.`;
    const { warnings } = readApp(text, "a.app");
    expect(warned(warnings)).toEqual(Array.from({ length: 3 }, () => "warning repeated-name"));
    expect(warnings[0]).toMatchObject({
      summary: "a stands twice in modules",
      span: { start: { line: 1, column: 67 } },
    });
    expect(warnings[2]!.summary).toBe("'B c' stands twice in optional_applications");
    const yaml = app("optionalApplications: [a, b, a]");
    expect(readApp(yaml, "a.app.yaml").warnings).toMatchObject([
      { code: "repeated-name", summary: "a stands twice in optional_applications" },
    ]);
  });

  it("tell of a parameter that stands twice in the environment of an .app", () => {
    const text = `{application, a, [{description, ""}, {vsn, "1"}, {modules, []}, {registered, []}, {applications, []},
      {env, [{k, 1}, {j, 1}, {k, 1}]}]}.`;
    const { warnings } = readApp(text, "a.app");
    expect(warnings).toMatchObject([
      {
        code: "repeated-parameter",
        severity: "warning",
        summary: "k stands twice in env",
        span: { start: { line: 2, column: 30 } },
      },
    ]);
  });

  it("tell of a text that only older OTPs read", () => {
    const { warnings } = readAppup('{"1""2", [{"1", [{apply, {m, maybe, []}}]}], []}.', "a.appup");
    expect(warned(warnings)).toEqual(["warning outdated-syntax", "warning outdated-syntax"]);
  });

  it("tell of the terms of an appup that don't count", () => {
    const { record, warnings } = readAppup('{"2", [], []}.\n{"1", [], []}.\n', "a.appup");
    expect(record.vsn).toBe("2");
    expect(warnings).toMatchObject([{ code: "ignored-terms", severity: "warning", span: { start: { line: 2 } } }]);
  });

  it("tell of a release without sasl, and of one that names an application twice", () => {
    const text = '{release, {"r", "1"}, {erts, "1"}, [{kernel, "1"}, {stdlib, "1"}, {kernel, "2"}]}.';
    expect(warned(readRel(text, "r.rel").warnings)).toEqual(["warning duplicate-application", "warning missing-sasl"]);
  });
});

describe("locate", () => {
  it("gives the place of a part, or of the nearest part around it", () => {
    const yaml = 'vsn: "2"\nupFrom:\n  - vsn: "1"\n    script:\n      - purge: [a, b]\ndownTo: []\n';
    const erlang = '{"2",\n [{"1", [],\n   [{purge, [a, b]}]}],\n []}.';
    for (const [manifest, line, column] of [
      [readRelup(yaml, "relup.yaml"), 5, 20],
      [readRelup(erlang, "relup"), 3, 17],
    ] as const) {
      const at = (...path: (string | number)[]) => manifest.locate(path).start;
      expect(at("upFrom", 0, "script", 0, "modules", 1)).toMatchObject({ line, column });
      expect(at("upFrom", 0, "script", 0, "modules", 7).line).toBe(line);
      expect(at("nothing")).toMatchObject({ line: 1, column: 1 });
    }
  });
});

it("a file may be nested 100 levels deep and no deeper", () => {
  const flow = (depth: number): string => app(`extra: { x: ${"[".repeat(depth)}${"]".repeat(depth)} }`);
  expect(codes(() => readApp(flow(99), "a.app.yaml"))).toEqual([]);
  expect(codes(() => readApp(flow(100), "a.app.yaml"))).toEqual(["too-deep"]);
  const block = (depth: number): string =>
    app("extra:", " x:", ...Array.from({ length: depth }, (_, level) => `${" ".repeat(level + 2)}-`));
  expect(codes(() => readApp(block(98), "a.app.yaml"))).toEqual(["ambiguous-term"]);
  expect(codes(() => readApp(block(99), "a.app.yaml"))).toEqual(["too-deep"]);
  // Neither text nor comments nest.
  const brackets = "[".repeat(200);
  expect(codes(() => readApp(app(`id: "${brackets}" # ${brackets}`), "a.app.yaml"))).toEqual([]);
  expect(codes(() => readApp(app("id: |", `  ${brackets}`, "   x", `  ${brackets}`), "a.app.yaml"))).toEqual([]);
});
