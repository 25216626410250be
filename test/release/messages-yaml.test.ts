import { describe, expect, it } from "vitest";
import { readApp, readAppup, readRel, readRelup } from "../../src/release/read.js";
import { messages } from "./problems.js";

/** What people read when they make the usual mistakes in YAML. */

describe("an .appup in YAML", () => {
  const appup = (...instructions: readonly string[]): string => {
    const lines = instructions.map((line) => `      ${line}\n`).join("");
    const text = `vsn: "0.2.0"\nupFrom:\n  - version: "0.1.0"\n    instructions:\n${lines}downTo: []\n`;
    return messages(() => readAppup(text, "counter.appup.yaml"));
  };

  it("with versions that are numbers", () => {
    const text = "vsn: 1.10\nupFrom:\n  - version: 1.9\n    instructions: []\ndownTo: []\n";
    expect(messages(() => readAppup(text, "counter.appup.yaml"))).toMatchInlineSnapshot(`
      "counter.appup.yaml:1:6: error: the version of the application must be text, not the number 1.10
      1 | vsn: 1.10
        |      ^^^^
        hint: Put it in quotes: "1.10"

      counter.appup.yaml:3:14: error: the version must be text, or { regex: "..." }, not the number 1.9
      3 |   - version: 1.9
        |              ^^^
        hint: Put it in quotes: "1.9""
    `);
  });

  it("with misspelt names of instructions and fields", () => {
    expect(appup("- updat: counter", "- update: counter", "  chnage: soft")).toMatchInlineSnapshot(`
      "counter.appup.yaml:5:9: error: there is no such upgrade instruction: the text "updat"
      5 |       - updat: counter
        |         ^^^^^
        hint: Did you mean update?

      counter.appup.yaml:7:9: error: unknown key chnage
      7 |         chnage: soft
        |         ^^^^^^
        hint: Did you mean change?"
    `);
  });

  it("with a forgotten dash", () => {
    expect(appup("- load_module: counter", "  load_module_: x", "  update: other")).toMatchInlineSnapshot(`
      "counter.appup.yaml:5:9: error: no instruction is written like this: a mapping
      5 |       - load_module: counter
        |         ^^^^^^^^^^^^^^^^^^^^
        hint: It names two instructions, load_module and update: each needs a dash of its own."
    `);
  });

  it("with terms that could be several things", () => {
    expect(
      appup(
        "- update: counter",
        "  change: { advanced: { keep: total } }",
        "- apply: { module: m, function: f, args: [x, null] }",
      ),
    ).toMatchInlineSnapshot(`
      "counter.appup.yaml:6:29: error: it isn't clear which Erlang term a mapping is
      6 |         change: { advanced: { keep: total } }
        |                             ^^^^^^^^^^^^^^^
        Where any term may stand, integers, floats, true, false, lists and text in quotes (a string) can be plain YAML.
        hint: Write a list of pairs as !erl "[{a, 1}]", a map as !erl "#{a => 1}".

      counter.appup.yaml:7:49: error: it isn't clear which Erlang term the text "x" is
      7 |       - apply: { module: m, function: f, args: [x, null] }
        |                                                 ^
        Where any term may stand, integers, floats, true, false, lists and text in quotes (a string) can be plain YAML.
        hint: Write the atom as !erl x, the string as "x", the binary as !erl '<<"x">>'.

      counter.appup.yaml:7:52: error: it isn't clear which Erlang term null is
      7 |       - apply: { module: m, function: f, args: [x, null] }
        |                                                    ^^^^
        Where any term may stand, integers, floats, true, false, lists and text in quotes (a string) can be plain YAML.
        hint: Write !erl undefined, !erl nil or !erl null."
    `);
  });

  it("with a mistake inside !erl", () => {
    expect(
      appup("- update: counter", '  change: { advanced: !erl "{keep, [total}" }', "- !erl \"{update, 'a', hard}\""),
    ).toMatchInlineSnapshot(`
      "counter.appup.yaml:6:48: error: in the !erl text: expected ',', '|' or ']', found '}'
      6 |         change: { advanced: !erl "{keep, [total}" }
        |                                                ^
        Counted from the start of that text: [ of line 1, column 8 is open
        hint: it doesn't close the bracket that is open

      counter.appup.yaml:7:29: error: the change must be soft or {advanced, Extra}, not the atom hard
      7 |       - !erl "{update, 'a', hard}"
        |                             ^^^^
        soft: the new code takes the state as it is. {advanced, Extra}: code_change is called, with Extra."
    `);
  });

  it("with !erl without quotes", () => {
    expect(appup("- update: counter", "  change: { advanced: !erl {keep, total} }")).toMatchInlineSnapshot(`
      "counter.appup.yaml:6:29: error: what follows !erl must be in quotes
      6 |         change: { advanced: !erl {keep, total} }
        |                             ^^^^
        hint: The one tag of manifests is !erl, before a term in quotes: !erl "{a, 1}""
    `);
  });

  it("with a colon behind an instruction that has no fields", () => {
    expect(appup("- restart_new_emulator:", "- point_of_no_retur")).toMatchInlineSnapshot(`
      "counter.appup.yaml:5:9: error: no instruction is written like this: a mapping
      5 |       - restart_new_emulator:
        |         ^^^^^^^^^^^^^^^^^^^^^
        hint: Write it without a colon: - restart_new_emulator

      counter.appup.yaml:6:9: error: there is no such upgrade instruction: the text "point_of_no_retur"
      6 |       - point_of_no_retur
        |         ^^^^^^^^^^^^^^^^^
        hint: Did you mean point_of_no_return?"
    `);
  });

  it("with an update of a supervisor that has fields", () => {
    expect(appup("- update: counter_sup", "  supervisor: true", "  depMods: [counter]")).toMatchInlineSnapshot(`
      "counter.appup.yaml:7:18: error: an update of a supervisor takes no depMods
      7 |         depMods: [counter]
        |                  ^^^^^^^^^
        {update, Module, supervisor} is static, with the change {advanced, []}; nothing else can be set.
        hint: Leave the field out, or write the update without supervisor: modType static, change advanced."
    `);
  });

  it("with a missing part", () => {
    expect(messages(() => readAppup('vsn: "0.2.0"\nupFrom: []\n', "counter.appup.yaml"))).toMatchInlineSnapshot(`
      "counter.appup.yaml:1:1: error: the versions to downgrade to are missing
      1 | vsn: "0.2.0"
        | ^^^^^^^^^^^^
        They must be a list.
        hint: Add the key downTo."
    `);
  });
});

describe("an .app in YAML", () => {
  it("with keys of the wrong kind", () => {
    const text = `name: counter
description:
vsn: "0.2.0"
modules: counter
registered: [true]
applications: [kernel]
env: [limit]
included_applications: []
mod: counter_app
`;
    expect(messages(() => readApp(text, "counter.app.yaml"))).toMatchInlineSnapshot(`
      "counter.app.yaml:2:13: error: the description must be text, not nothing
      2 | description:
        |             ^

      counter.app.yaml:4:10: error: the modules of the application must be a list of names, not the text "counter"
      4 | modules: counter
        |          ^^^^^^^
        hint: Write a list of names: [a, b].

      counter.app.yaml:5:14: error: the registered name must be a name, not the boolean true
      5 | registered: [true]
        |              ^^^^
        hint: Put it in quotes: "true"

      counter.app.yaml:7:6: error: the environment (env) must be a mapping, not a list
      7 | env: [limit]
        |      ^^^^^^^
        hint: Write a mapping: { key: value }.

      counter.app.yaml:8:1: error: unknown key included_applications
      8 | included_applications: []
        | ^^^^^^^^^^^^^^^^^^^^^
        hint: Did you mean includedApplications?

      counter.app.yaml:9:6: error: mod must be a mapping with module and args, or [] for an application without processes, not the text "counter_app"
      9 | mod: counter_app
        |      ^^^^^^^^^^^
        hint: Write { module: my_app, args: [] }, or leave mod out."
    `);
  });

  it("with a key that is written twice", () => {
    expect(messages(() => readApp("name: a\nname: b\n", "a.app.yaml"))).toMatchInlineSnapshot(`
      "a.app.yaml:2:1: error: the key name is written twice in one mapping
      2 | name: b
        | ^^^^
        hint: Keep one of them."
    `);
  });

  it("that isn't YAML", () => {
    expect(messages(() => readApp("name: a\n\tvsn: [\n", "a.app.yaml"))).toMatchInlineSnapshot(`
      "a.app.yaml:2:1: error: YAML: tabs are not allowed as indentation
      2 |         vsn: [
        | ^^^^^^^^
        hint: Indent with spaces.

      a.app.yaml:3:1: error: YAML: flow sequence in block collection must be sufficiently indented and end with a ]
      3 |
        | ^"
    `);
  });

  it("that is Erlang", () => {
    expect(messages(() => readApp("{application, a, []}.\n", "a.app.yaml"))).toMatchInlineSnapshot(`
      "a.app.yaml:1:21: error: YAML: unexpected scalar at node end
      1 | {application, a, []}.
        |                     ^
        hint: This looks like Erlang: such a file is called a.app."
    `);
  });

  it("that is empty", () => {
    expect(messages(() => readApp("", "a.app.yaml"))).toMatchInlineSnapshot(`
      "a.app.yaml:1:1: error: an application is a mapping with name, vsn, description and others, not nothing
      1 |
        | ^"
    `);
  });
});

it("a .rel in YAML with a mistake", () => {
  const text = 'name: shop\nvsn: "1"\nerts: "13"\napplications:\n  - kernel: "8"\n';
  expect(messages(() => readRel(text, "shop.rel.yaml"))).toMatchInlineSnapshot(`
    "shop.rel.yaml:5:5: error: an application of a release is a mapping with name and vsn
    5 |   - kernel: "8"
      |     ^^^^^^^^^^^
      hint: Write { name: kernel, vsn: "8" }."
  `);
});

it("a relup in YAML with high-level instructions", () => {
  const text = 'vsn: "2"\nupFrom:\n  - vsn: "1"\n    script:\n      - update: counter\ndownTo: []\n';
  expect(messages(() => readRelup(text, "relup.yaml"))).toMatchInlineSnapshot(`
    "relup.yaml:5:9: error: a relup holds low-level instructions only, not update
    5 |       - update: counter
      |         ^^^^^^
      High-level instructions are translated when the relup is made from the appups.
      hint: Write it in the .appup and make the relup anew."
  `);
});
