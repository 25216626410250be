import { describe, expect, it } from "vitest";
import { bootTest } from "./support/boot.js";
import { counterApplication } from "./support/modules.js";

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

  it("answers what a call raised, and that it doesn't know when a call takes too long", async () => {
    await using test = await bootTest([counterApplication]);
    expect(await test.call("nope:nope", "z")).toBe("error:undef");
    expect(await test.call("erlang:exit", "{some, reason}")).toBe("exit:{some,reason}");
    expect(await test.call("erlang:throw", "ball")).toBe("throw:ball");
    expect(await test.call("erlang:error", "badarg")).toBe("error:badarg");
    await test.call("sys:suspend", "z");
    const mfa = { module: "sys", function: "get_state", args: [] };
    expect(await test.node.call(mfa, { timeoutMs: 1_000 })).toMatchObject({ kind: "raised", class: "error" });
    const late = await test.node.call({ module: "gen_server", function: "call", args: [] }, { timeoutMs: 1_000 });
    expect(late).toMatchObject({ kind: "raised" });
  });

  it("is gone when it is closed", async () => {
    const test = await bootTest([counterApplication]);
    await test[Symbol.asyncDispose]();
    expect(await test.node.down).toEqual({ kind: "closed", detail: "the node was closed" });
    expect(test.node.processCount).toBe(0);
    expect(await test.call("erlang:node")).toBe("not_sent:the node is down");
  });
});
