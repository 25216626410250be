import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/runtime/index.js";
import { bootTest } from "./support/boot.js";
import { counterApplication } from "./support/modules.js";

/** `exit(self(), kill)` as abstract forms. */
const SELF_KILL =
  "{call,1,{remote,1,{atom,1,erlang},{atom,1,exit}},[{call,1,{remote,1,{atom,1,erlang},{atom,1,self}},[]},{atom,1,kill}]}";

describe("an embedded node", () => {
  it("boots its applications and shows them as OTP does", async () => {
    await using test = await bootTest([counterApplication]);
    expect(await test.call("application:which_applications")).toBe(
      '[{app,"app","1"},{stdlib,"relupctl embedded stdlib","4.2"},{kernel,"relupctl embedded kernel","8.5.3"}]',
    );
    expect(await test.call("supervisor:count_children", "app_sup")).toBe(
      "[{specs,1},{active,1},{supervisors,0},{workers,1}]",
    );
  });

  it("upgrades a running server by hand, as in a shell", async () => {
    await using test = await bootTest([counterApplication]);
    expect(await test.call("gen_server:call", "z", "next")).toBe("0");
    expect(await test.call("gen_server:call", "z", "next")).toBe("1");
    const file = "/root/lib/app-1/ebin/z.js";
    const next = test.files.files
      .get(file)!
      .replace('exports.vsn = "0"', 'exports.vsn = "1"')
      .replace(
        'tuple(atom("reply"), n, n + 1)',
        'tuple(atom("reply"), n.elements[1], tuple(atom("tschak"), n.elements[1] + 1))',
      );
    test.files.files.set(file, next);
    expect(await test.call("sys:suspend", "z")).toBe("ok");
    expect(await test.call("code:purge", "z")).toBe("false");
    expect(await test.call("code:load_file", "z")).toBe("{module,z}");
    expect(await test.call("sys:change_code", "z", "z", '"0"', "[]")).toBe("ok");
    expect(await test.call("sys:resume", "z")).toBe("ok");
    expect(await test.call("gen_server:call", "z", "next")).toBe("2");
    expect(await test.call("sys:get_state", "z")).toBe("{tschak,3}");
  });

  it("restarts a crashed child and reports it", async () => {
    await using test = await bootTest([counterApplication]);
    expect(await test.call("gen_server:call", "z", "crash")).toBe(
      'exit:{{{js_error,<<"oops">>},[{z,handle_call,3,[{file,"/root/lib/app-1/ebin/z.js"},{line,8}]}]},{gen_server,call,[z,crash]}}',
    );
    expect(await test.call("gen_server:call", "z", "next")).toBe("0");
    expect(test.events.map(({ kind }) => kind)).toContain("crash_report");
  });

  it("answers what a call raised", async () => {
    await using test = await bootTest([counterApplication]);
    expect(await test.call("nope:nope", "z")).toBe("error:undef");
    expect(await test.call("erlang:exit", "{some, reason}")).toBe("exit:{some,reason}");
    expect(await test.call("erlang:throw", "ball")).toBe("throw:ball");
    expect(await test.call("erlang:error", "badarg")).toBe("error:badarg");
    expect(await test.call("erlang:exit", await test.value("erlang:whereis", "z"), "kill")).toBe("true");
    expect(await test.call("erl_eval:expr", SELF_KILL, "[]")).toBe("exit:killed");
    expect(await test.call("gen_server:call", "nobody", "x")).toBe("exit:{noproc,{gen_server,call,[nobody,x]}}");
  });

  it("doesn't know what became of a call that takes too long, which goes on", async () => {
    const slow = `const { atom, register, self, sleep } = require("relupctl/runtime");
exports.slow = async () => { await sleep(30); register(atom("slow"), self()); await sleep(100000); };`;
    const clock = new ManualClock();
    await using test = await bootTest([{ modules: { slow } }], { clock });
    const mfa = { module: "slow", function: "slow", args: [] };
    const answer = test.node.call(mfa, { timeoutMs: 5 });
    await clock.advance(5);
    expect(await answer).toEqual({ kind: "unknown", cause: "timeout" });
    expect(await test.call("erlang:whereis", "slow")).toBe("undefined");
    await clock.advance(25);
    expect(await test.call("erlang:whereis", "slow")).not.toBe("undefined");
  });

  it("answers many calls at once", async () => {
    await using test = await bootTest([counterApplication]);
    const answers = await Promise.all(Array.from({ length: 500 }, () => test.call("gen_server:call", "z", "next")));
    expect(answers.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });

  it("is gone when it is closed", async () => {
    const test = await bootTest([counterApplication]);
    await test[Symbol.asyncDispose]();
    expect(await test.node.down).toEqual({ kind: "closed", detail: "the node was closed" });
    expect(test.node.processCount).toBe(0);
    expect(await test.call("erlang:node")).toBe("not_sent:the node is down");
  });
});
