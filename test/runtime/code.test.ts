import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";

const RUNS = propertyRuns(200);

/** A process that stays in the version it was started in, until it is told to make an external call. */
const js = (version: number): string => `
const { atom, tuple, receive, register, send, spawn, self, tailcall, isAtom } = require("relupctl/runtime");
exports.vsn = ${version};
exports.version = () => ${version};
exports.start = (name) => { const pid = spawn(exports.loop); register(name, pid); return pid; };
exports.loop = async () => {
  for (;;) {
    const message = await receive();
    if (isAtom(message, "move")) return tailcall(atom("versioned"), atom("loop"), []);
    if (isAtom(message, "stop")) return;
    const [from, ref] = message.elements;
    send(from, tuple(ref, ${version}));
  }
};
`;
const erlang = (version: number): string =>
  `-module(versioned).
-vsn(${version}).
-export([version/0, start/1, loop/0]).
version() -> ${version}.
start(Name) -> Pid = spawn(fun() -> loop() end), register(Name, Pid), Pid.
loop() -> receive move -> ?MODULE:loop(); stop -> ok; {From, Ref} -> From ! {Ref, ${version}}, loop() end.
`.replace("?MODULE", "versioned");

const name = fc.constantFrom("p", "q");
const ask = (process: string): string => `case whereis(${process}) of undefined -> dead; _ ->
  Ref = make_ref(), ${process} ! {self(), Ref}, receive {Ref, V} -> V after 20000 -> silent end end`;
/** Sends a message, and waits until the process has answered after it, or has ended. */
const tell = (process: string, message: string): string => `case whereis(${process}) of undefined -> dead; P ->
  R = monitor(process, P), P ! ${message}, P ! {self(), R}, receive {R, _} -> lives; {'DOWN', R, _, _, _} -> ended end end`;

/** OTP 25 purges the old code before it looks at the new; in newer ones what is no code changes nothing. */
const NO_CODE = 'code:load_binary(versioned, "versioned.x", <<"@">>)';

const step = fc.oneof(
  fc
    .integer({ min: 1, max: 3 })
    .map((version) => `code:load_binary(versioned, "versioned.x", object:code(${version}))`),
  fc.constantFrom(
    "code:purge(versioned)",
    "code:soft_purge(versioned)",
    "code:delete(versioned)",
    "erlang:check_old_code(versioned)",
    "code:is_loaded(versioned)",
    "code:which(versioned)",
    "erlang:module_loaded(versioned)",
    "versioned:version()",
    "erlang:function_exported(versioned, start, 1)",
    "erlang:get_module_info(versioned, attributes)",
    NO_CODE,
    'code:load_binary(versioned, 17, <<"x">>)',
  ),
  name.map((process) => `case whereis(${process}) of undefined -> is_pid(versioned:start(${process})); _ -> there end`),
  name.map(ask),
  fc.tuple(name, fc.constantFrom("move", "stop")).map(([process, message]) => tell(process, message)),
  name.map(
    (process) => `case whereis(${process}) of undefined -> dead; P -> erlang:check_process_code(P, versioned) end`,
  ),
);

/** Leaves no code and no process. */
const CLEAN = `[case whereis(N) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end || N <- [p, q]],
  code:purge(versioned), code:delete(versioned), code:purge(versioned), ok`;

describeErlang("the code server and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    // Gives the object code of a version: compiled there, the source here.
    const sources = [1, 2, 3].map((version) => `code(${version}) -> compile(${JSON.stringify(erlang(version))})`);
    await loadErlang(
      oracle.run,
      `-module(object).
-export([code/1]).
${sources.join(";\n")}.
compile(Source) ->
  {ok, Tokens, _} = erl_scan:string(Source),
  {ok, _, Binary} = compile:forms(forms(Tokens, []), []), Binary.
forms([], []) -> [];
forms([{dot, _} = Dot | Rest], Form) -> {ok, F} = erl_parse:parse_form(lists:reverse([Dot | Form])), [F | forms(Rest, [])];
forms([Token | Rest], Form) -> forms(Rest, [Token | Form]).`,
    );
  });

  it("keep two versions alike, through every sequence of loads, purges and calls", async () => {
    const object = `const { binary } = require("relupctl/runtime");
exports.code = (version) => binary([${[0, 1, 2, 3].map((version) => JSON.stringify(js(version))).join(", ")}][version]);`;
    await using test = await bootTest([{ modules: { object } }]);
    const isNew = (await oracle.otpRelease()) >= 26;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (all) => {
        const steps = isNew ? all.filter((each) => each !== NO_CODE) : all;
        const { ours, theirs } = await onBoth(oracle.run, test.node, steps, CLEAN);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a module", () => {
  const boot = async (source: string) => await bootTest([{ modules: { m: source } }]);

  it("that throws while it is loaded changes nothing, and the error can be read", async () => {
    await using test = await boot("exports.one = () => 1;");
    expect(await test.call("code:load_binary", "m", '"/new/m.js"', '<<"throw new Error(\\"no way\\");">>')).toBe(
      "{error,badfile}",
    );
    expect(await test.call("code:load_binary", "m", '"/new/m.js"', '<<"const = 1;">>')).toBe("{error,badfile}");
    expect(await test.call("m:one")).toBe("1");
    expect(await test.call("erlang:check_old_code", "m")).toBe("false");
    const failures = test.events.filter(({ kind }) => kind === "module_load_failed");
    expect(failures).toMatchObject([
      { module: "m", file: "/new/m.js", detail: expect.stringContaining("Error: no way") as string },
      { module: "m", file: "/new/m.js", detail: expect.stringContaining("SyntaxError") as string },
    ]);
  });

  it("can require the runtime and nothing else, and has no timers of its own", async () => {
    await using test = await boot('exports.f = () => require("node:fs"); exports.t = () => setTimeout(() => 1, 1);');
    expect(await test.call("m:f")).toContain('a module on the embedded node can require \\"relupctl/runtime\\" only');
    expect(await test.call("m:t")).toContain("use send_after or sleep");
  });

  it("logs through console without printing", async () => {
    await using test = await boot('exports.f = () => { console.warn("careful", 1); return 1; };');
    expect(await test.call("m:f")).toBe("1");
    expect(test.events).toContainEqual({ kind: "log", level: "warning", pid: undefined, message: "careful 1" });
  });

  it("says its version as a string, as another term, or by its MD5", async () => {
    const source = 'const { atom } = require("relupctl/runtime"); exports.vsn = ';
    for (const [vsn, shown] of [
      ['"1.0"', '"1.0"'],
      ["7", "[7]"],
      ['atom("a")', "[a]"],
    ]) {
      await using test = await boot(`${source}${vsn};`);
      expect(await test.call("beam_lib:version", '"/root/lib/app-1/ebin/m"')).toBe(`{ok,{m,${shown}}}`);
      expect(await test.call("m:module_info", "attributes")).toBe(`[{vsn,${shown}}]`);
    }
    await using test = await boot("exports.x = () => 1;");
    const md5 = await test.call("m:module_info", "md5");
    const bytes = [...md5.matchAll(/\d+/g)].map(([byte]) => BigInt(byte));
    const number = bytes.reduce((value, byte) => value * 256n + byte, 0n);
    expect(await test.call("beam_lib:version", '"/root/lib/app-1/ebin/m.js"')).toBe(`{ok,{m,[${number}]}}`);
    expect(await test.call("beam_lib:md5", '"/root/lib/app-1/ebin/m.js"')).toBe(`{ok,{m,${md5}}}`);
  });

  it("is known by its name in object code that was read as a file", async () => {
    await using test = await boot("exports.x = (a, b) => a;");
    const read = await test.call("erl_prim_loader:get_file", '"/root/lib/app-1/ebin/m.js"');
    const code = /<<.*>>/s.exec(read)![0];
    expect(await test.call("beam_lib:chunks", code, "[exports]")).toBe(
      "{ok,{m,[{exports,[{module_info,0},{module_info,1},{x,2}]}]}}",
    );
    expect(await test.call("beam_lib:chunks", code, "[zork]")).toMatch(/^\{error,beam_lib,\{unknown_chunk,/);
    expect(await test.call("beam_lib:version", '<<"throw 1">>')).toBe(
      '{error,beam_lib,{not_a_beam_file,<<"throw 1">>}}',
    );
    expect(await test.call("code:module_md5", '<<"throw 1">>')).toBe("undefined");
  });

  it("that declares another name is refused under this one", async () => {
    await using test = await boot("exports.x = () => 1;");
    expect(await test.call("code:load_binary", "m", '"m.js"', '<<"exports.module = \\"other\\";">>')).toBe(
      "{error,badfile}",
    );
    expect(await test.call("beam_lib:version", '<<"exports.module = \\"other\\"; exports.vsn = 1;">>')).toBe(
      "{ok,{other,[1]}}",
    );
  });

  it("that is loaded from the path a third time must be purged first, as in OTP", async () => {
    await using test = await boot("exports.x = () => 1;");
    expect(await test.call("code:load_file", "m")).toBe("{module,m}");
    expect(await test.call("code:load_file", "m")).toBe("{error,not_purged}");
    expect(await test.call("code:purge", "m")).toBe("false");
    expect(await test.call("code:load_file", "m")).toBe("{module,m}");
    expect(await test.call("code:load_file", "nowhere")).toBe("{error,nofile}");
  });

  it("of OTP's can't be replaced", async () => {
    await using test = await boot("exports.x = () => 1;");
    expect(await test.call("code:load_binary", "gen_server", '"x.js"', '<<"">>')).toBe("{error,sticky_directory}");
    expect(await test.call("code:which", "gen_server")).toBe("preloaded");
  });

  it("is found through the code path, which follows the version", async () => {
    await using test = await boot("exports.x = () => 1;");
    test.files.files.set("/root/lib/app-2/ebin/m.js", "exports.x = () => 2;");
    expect(await test.call("code:lib_dir", "app")).toBe('"/root/lib/app-1"');
    expect(await test.call("code:replace_path", "app", '"/root/lib/nowhere/ebin"')).toBe("{error,bad_directory}");
    expect(await test.call("code:replace_path", "other", '"/root/lib/app-2/ebin"')).toBe("{error,bad_name}");
    expect(await test.call("code:replace_path", "app", '"/root/lib/app-2/ebin"')).toBe("true");
    expect(await test.call("code:lib_dir", "app")).toBe('"/root/lib/app-2"');
    expect(await test.call("code:load_file", "m")).toBe("{module,m}");
    expect(await test.call("m:x")).toBe("2");
    expect(await test.call("code:get_path")).toBe('["/root/lib/app-2/ebin"]');
    expect(await test.call("code:del_path", "app")).toBe("true");
    expect(await test.call("code:get_path")).toBe("[]");
  });
});
