import { describe, expect, it } from "vitest";
import { readApp, readAppup, readRel, readRelup } from "../../src/release/read.js";
import { messages } from "./problems.js";

/** What people read when they make the usual mistakes. */

describe("an .appup", () => {
  const appup = (instructions: string): string =>
    messages(() => readAppup(`{"0.2.0",\n [{"0.1.0", [${instructions}]}],\n []}.\n`, "ebin/counter.appup"));

  it("with a misspelt instruction", () => {
    expect(appup("{load_modul, counter}")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:14: error: there is no such upgrade instruction: the tuple {load_modul,counter}
      2 |  [{"0.1.0", [{load_modul, counter}]}],
        |              ^^^^^^^^^^^^^^^^^^^^^
        hint: Did you mean load_module?"
    `);
  });

  it("with a module that is a string", () => {
    expect(appup('{update, "counter", {advanced, []}}')).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:23: error: the module must be an atom, not the string "counter"
      2 |  [{"0.1.0", [{update, "counter", {advanced, []}}]}],
        |                       ^^^^^^^^^
        hint: Write it as an atom: counter"
    `);
  });

  it("with a change that isn't one", () => {
    expect(appup("{update, counter, advanced}")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:32: error: the change must be soft or {advanced, Extra}, not the atom advanced
      2 |  [{"0.1.0", [{update, counter, advanced}]}],
        |                                ^^^^^^^^
        soft: the new code takes the state as it is. {advanced, Extra}: code_change is called, with Extra.
        hint: Write {advanced, []}."
    `);
  });

  it("with a form that no update has", () => {
    expect(appup("{update, counter, soft, brutal_purge, []}")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:14: error: no instruction is written like this: the tuple {update,counter,soft,brutal_purge,[]}
      2 |  [{"0.1.0", [{update, counter, soft, brutal_purge, []}]}],
        |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: It is written {update, M}, {update, M, supervisor}, {update, M, Change}, {update, M, DepMods}, {update, M, Change, DepMods}, {update, M, Change, Pre, Post, DepMods}, {update, M, Timeout, Change, Pre, Post, DepMods} or {update, M, ModType, Timeout, Change, Pre, Post, DepMods}."
    `);
  });

  it("with half a purge method", () => {
    expect(appup("{load_module, counter, brutal, soft_purge, []}")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:37: error: the purge method must be soft_purge or brutal_purge, not the atom brutal
      2 |  [{"0.1.0", [{load_module, counter, brutal, soft_purge, []}]}],
        |                                     ^^^^^^
        brutal_purge kills the processes that still run old code, soft_purge refuses the upgrade where there are any.
        hint: Write brutal_purge."
    `);
  });

  it("with a call without arguments", () => {
    expect(appup("{apply, {counter, migrate}}")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:22: error: the call must be {Module, Function, Arguments}, not the tuple {counter,migrate}
      2 |  [{"0.1.0", [{apply, {counter, migrate}}]}],
        |                      ^^^^^^^^^^^^^^^^^^
        hint: The list of arguments is missing: {M, F, []}."
    `);
  });

  it("with the instruction restart", () => {
    expect(appup("restart")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:14: error: OTP doesn't execute this instruction: the atom restart
      2 |  [{"0.1.0", [restart]}],
        |              ^^^^^^^
        hint: Write restart_emulator, or restart_new_emulator where the emulator itself changes."
    `);
  });

  it("with a list in the list", () => {
    expect(appup("[{load_module, a}, {load_module, b}]")).toMatchInlineSnapshot(`
      "ebin/counter.appup:2:14: error: no instruction is written like this: the list [{load_module,a},{load_module,b}]
      2 |  [{"0.1.0", [[{load_module, a}, {load_module, b}]]}],
        |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: A script is one flat list of instructions."
    `);
  });

  it("with several mistakes: all of them are told", () => {
    const text = `{"0.2.0",
 [{'0.1.0',
   [{update, counter, {advanced, []}, [a, "b"]},
    {suspend, [{counter, 0}]}]},
  {"0.0.1"}],
 {down, []}}.
`;
    expect(messages(() => readAppup(text, "counter.appup"))).toMatchInlineSnapshot(`
      "counter.appup:2:4: error: the version must be a string, or a binary that is a regular expression, not the atom '0.1.0'
      2 |  [{'0.1.0',
        |    ^^^^^^^
        hint: Write it as a string: "0.1.0"

      counter.appup:3:43: error: the module must be an atom, not the string "b"
      3 |    [{update, counter, {advanced, []}, [a, "b"]},
        |                                           ^^^
        hint: Write it as an atom: b

      counter.appup:4:26: error: the timeout must be default, infinity, or a number of milliseconds from 1 to 4294967295, not the integer 0
      4 |     {suspend, [{counter, 0}]}]},
        |                          ^
        It is how long one process may take to suspend.

      counter.appup:5:3: error: an entry of an appup is written {Version, Instructions}, not the tuple {"0.0.1"}
      5 |   {"0.0.1"}],
        |   ^^^^^^^^^

      counter.appup:6:2: error: the versions to downgrade to must be a list, not the tuple {down,[]}
      6 |  {down, []}}.
        |  ^^^^^^^^^^"
    `);
  });

  it("that is no tuple of three", () => {
    expect(messages(() => readAppup('{"0.2.0", []}.', "counter.appup"))).toMatchInlineSnapshot(`
      "counter.appup:1:1: error: an appup is written {Vsn, [{Version, Instructions}], [{Version, Instructions}]}, not the tuple {"0.2.0",[]}
      1 | {"0.2.0", []}.
        | ^^^^^^^^^^^^^"
    `);
  });
});

describe("an .app", () => {
  it("with misspelt and missing keys", () => {
    const text = `{application, counter,
 [{description, "Counts"},
  {vsn, "0.2.0"},
  {modules, [counter, "counter_sup"]},
  {registerd, []},
  {mod, counter_app}]}.
`;
    expect(messages(() => readApp(text, "counter.app"))).toMatchInlineSnapshot(`
      "counter.app:1:1: error: the applications that must run before this one are missing
      1 | {application, counter,
        | ^^^^^^^^^^^^^^^^^^^^^^
        They must be a list of atoms.
        hint: Add {applications, [kernel, stdlib]}.

      counter.app:4:23: error: the module must be an atom, not the string "counter_sup"
      4 |   {modules, [counter, "counter_sup"]},
        |                       ^^^^^^^^^^^^^
        hint: Write it as an atom: counter_sup

      counter.app:5:4: error: the atom registerd is not a key of app(4), and registered is missing
      5 |   {registerd, []},
        |    ^^^^^^^^^
        hint: Did you mean registered?

      counter.app:6:9: error: mod must be {Module, Arguments}, or [] for an application without processes, not the atom counter_app
      6 |   {mod, counter_app}]}.
        |         ^^^^^^^^^^^
        hint: Write {mod, {my_app, []}}, or leave mod out."
    `);
  });

  it("with binaries for strings and a number for a version", () => {
    const text = `{application, counter,
 [{description, <<"Counts">>}, {vsn, 1.2}, {modules, []}, {registered, []}, {applications, [kernel]},
  {env, [{limit, 5}, limit]}, {maxT, 0}]}.
`;
    expect(messages(() => readApp(text, "counter.app"))).toMatchInlineSnapshot(`
      "counter.app:2:17: error: the description must be a string, not the binary <<"Counts">>
      2 |  [{description, <<"Counts">>}, {vsn, 1.2}, {modules, []}, {registered, []}, {applications, [ke…
        |                 ^^^^^^^^^^^^
        hint: Write it as a string, without << and >>: "Counts"

      counter.app:2:38: error: the application's version must be a string, not the float 1.2
      2 |  [{description, <<"Counts">>}, {vsn, 1.2}, {modules, []}, {registered, []}, {applications, [ke…
        |                                      ^^^
        hint: Write it as a string: "1.2"

      counter.app:3:22: error: a parameter of the environment must be {Key, Value}, not the atom limit
      3 |   {env, [{limit, 5}, limit]}, {maxT, 0}]}.
        |                      ^^^^^

      counter.app:3:38: error: maxT must be a number of milliseconds above 0, or infinity, not the integer 0
      3 |   {env, [{limit, 5}, limit]}, {maxT, 0}]}.
        |                                      ^"
    `);
  });

  it("with a second term", () => {
    const term =
      '{application, a, [{description, ""}, {vsn, ""}, {modules, []}, {registered, []}, {applications, []}]}.\n';
    expect(messages(() => readApp(term + term, "a.app"))).toMatchInlineSnapshot(`
      "a.app:2:1: error: an .app holds one term, and here a second one begins
      2 | {application, a, [{description, ""}, {vsn, ""}, {modules, []}, {registered, []}, {applications…
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        application:load/1 refuses such a file.
        hint: Take out what follows the first full stop."
    `);
  });
});

describe("a .rel", () => {
  it("with mistakes in its applications", () => {
    const text = `{release, {"shop", 'v1'}, {erts, "13.1.5"},
 [{kernel, "8.5.3"},
  {stdlib, 4.2},
  {sasl, "4.2", temprary},
  {counter}]}.
`;
    expect(messages(() => readRel(text, "shop.rel"))).toMatchInlineSnapshot(`
      "shop.rel:1:20: error: the release's version must be a string, not the atom v1
      1 | {release, {"shop", 'v1'}, {erts, "13.1.5"},
        |                    ^^^^
        hint: Write it as a string: "v1"

      shop.rel:3:12: error: the application's version must be a string, not the float 4.2
      3 |   {stdlib, 4.2},
        |            ^^^
        hint: Write it as a string: "4.2"

      shop.rel:4:17: error: the start type must be permanent, transient, temporary, load or none, not the atom temprary
      4 |   {sasl, "4.2", temprary},
        |                 ^^^^^^^^
        hint: Did you mean temporary?

      shop.rel:5:3: error: an application of a release is written {App, Vsn}, {App, Vsn, Type}, {App, Vsn, Included} or {App, Vsn, Type, Included}, not the tuple {counter}
      5 |   {counter}]}.
        |   ^^^^^^^^^"
    `);
  });

  it("without kernel, and with a stdlib that isn't permanent", () => {
    const text = `{release, {"shop", "1"}, {erts, "13.1.5"}, [{stdlib, "4.2", temporary}]}.\n`;
    expect(messages(() => readRel(text, "shop.rel"))).toMatchInlineSnapshot(`
      "shop.rel:1:44: error: the release lacks the application kernel
      1 | {release, {"shop", "1"}, {erts, "13.1.5"}, [{stdlib, "4.2", temporary}]}.
        |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Every release has kernel and stdlib.
        hint: Add {kernel, "<its version>"} to the applications.

      shop.rel:1:61: error: stdlib must be permanent, not the atom temporary
      1 | {release, {"shop", "1"}, {erts, "13.1.5"}, [{stdlib, "4.2", temporary}]}.
        |                                                             ^^^^^^^^^
        A release stops when kernel or stdlib does.
        hint: Leave the start type out, or write permanent."
    `);
  });
});

describe("a relup", () => {
  it("with a high-level instruction", () => {
    const text = `{"2",[{"1",[],[point_of_no_return,{load_module,counter}]}],[]}.\n`;
    expect(messages(() => readRelup(text, "relup"))).toMatchInlineSnapshot(`
      "relup:1:36: error: a relup holds low-level instructions only, not load_module
      1 | {"2",[{"1",[],[point_of_no_return,{load_module,counter}]}],[]}.
        |                                    ^^^^^^^^^^^
        High-level instructions are translated when the relup is made from the appups.
        hint: Write it in the .appup and make the relup anew."
    `);
  });

  it("that is empty", () => {
    expect(messages(() => readRelup("%% nothing yet\n", "relup"))).toMatchInlineSnapshot(`
      "relup:2:1: error: the file holds no term; a relup holds one
      2 |
        | ^"
    `);
  });

  it("that isn't Erlang", () => {
    expect(messages(() => readRelup(`{"2", [{"1", [], []}, []}.\n`, "relup"))).toMatchInlineSnapshot(`
      "relup:1:25: error: expected ',', '|' or ']', found '}'
      1 | {"2", [{"1", [], []}, []}.
        |                         ^
        [ of line 1, column 7 is open
        hint: it doesn't close the bracket that is open"
    `);
  });
});
