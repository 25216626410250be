import { expect, it } from "vitest";
import { describeErlang, useOracle } from "./erlang.js";

describeErlang("the oracle", () => {
  const oracle = useOracle();

  it("evaluates with the input bound", async () => {
    const reply = await oracle.run('io_lib:format("~p", [binary_to_term(Input)]).', Uint8Array.from([131, 97, 7]));
    expect(reply.toString()).toBe("7");
  });

  it("rejects with what was raised and goes on", async () => {
    await expect(oracle.run("error(oops).")).rejects.toThrow("error:oops");
    expect((await oracle.run("integer_to_binary(1 + 1).")).toString()).toBe("2");
  });
});
