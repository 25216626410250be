import { expect, it } from "vitest";
import { describeElixir, describeErlang } from "./erlang.js";
import { startNode } from "./peer.js";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describeErlang("a peer node", () => {
  it("is distributed, answers, and is gone after stop", async () => {
    const node = await startNode();
    expect(await node.eval("node()")).toBe(node.name);
    expect(await node.eval("erlang:get_cookie()")).toMatch(new RegExp(`^'?${node.cookie}'?$`));
    expect(await node.eval("{ok, L} = net_adm:names(), L.")).toBe(`[{"${node.name.split("@")[0]!}",${node.port}}]`);
    expect(await node.eval("list_to_integer(os:getpid())")).toBe(String(node.pid));
    await expect(node.eval("error(oops)")).rejects.toThrow("oops");
    await node.stop();
    expect(isAlive(node.pid)).toBe(false);
    await expect(node.eval("1")).rejects.toThrow("gone");
  });

  it("can have a long name, and can be stopped while suspended", async () => {
    const node = await startNode({ long: true });
    expect(await node.eval("net_kernel:longnames()")).toBe("true");
    node.signal("SIGSTOP");
    await node.stop();
    expect(isAlive(node.pid)).toBe(false);
  });

  it("says why it did not come up", async () => {
    await expect(startNode({ name: "one", host: "not.short" })).rejects.toThrow(/not\.short/);
  });
});

describeElixir("an Elixir peer node", () => {
  it("runs Elixir", async () => {
    await using node = await startNode({ elixir: true });
    expect(await node.eval("'Elixir.Enum':sum([1, 2])")).toBe("3");
  });
});
