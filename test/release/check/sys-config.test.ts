import { describe, expect, it } from "vitest";
import { check } from "../../../src/release/check/check.js";
import { memoryFiles, placeOf, type Files } from "../rules/support.js";

const sysConfig = async (text: string, more: Files = {}) => {
  const { problems } = await check(memoryFiles({ "r/sys.config": text, ...more }), "r/sys.config");
  return problems.map((problem) => [problem.code, placeOf(problem)]);
};

describe("sys.config", () => {
  it("is warned of where only older OTPs read it, and a file that it names too", async () => {
    const files = { "r/sys.config": '[{shop, [{mode, else}]}, "more"].', "r/more.config": "[{shop, [{maybe, 1}]}]." };
    const { problems } = await check(memoryFiles(files), "r/sys.config");
    expect(problems.map(({ code, severity, span }) => [code, severity, span?.file, span?.start.column])).toEqual([
      ["outdated-syntax", "warning", "r/more.config", 11],
      ["outdated-syntax", "warning", "r/sys.config", 17],
    ]);
  });

  it("may hold what file:consult/1 reads back, functions of modules among it", async () => {
    expect(await sysConfig('[{shop, [{price, fun shop:price/1}, {notes, <<"a">>}]}].')).toEqual([]);
  });

  it.each(["[{shop, [{f, fun(X) -> X end}]}].", "[{shop, [{f, fun () -> ok end}]}]."])(
    "can't hold %s",
    async (text) => {
      expect(await sysConfig(text)).toMatchObject([
        ["sys-config-holds-fun", expect.stringContaining("r/sys.config:1")],
      ]);
    },
  );

  it("can't hold a fun as it is printed", async () => {
    expect(await sysConfig("[{shop,\n  [{f, #Fun<erl_eval.42.3316493>}]}].")).toEqual([
      ["sys-config-holds-fun", "r/sys.config:2 Fun"],
    ]);
  });

  it("says of other errors what OTP makes of them", async () => {
    const { problems } = await check(memoryFiles({ "r/sys.config": "[{shop, [}]." }), "r/sys.config");
    expect(problems).toMatchObject([
      {
        code: "syntax-error",
        detail:
          "[ of line 1, column 9 is open\nOTP's release handler takes a sys.config that it can't read for an empty one, without a word.",
      },
    ]);
    expect(await sysConfig("{shop, []}.")).toMatchObject([["sys-config-invalid", expect.anything()]]);
  });

  it("is read with the files that it names", async () => {
    expect(await sysConfig('["more"].', { "r/more.config": "[{shop, []}]." })).toEqual([]);
    expect(await sysConfig('["more"].', { "r/more.config": "[{shop, [}]." })).toEqual([
      ["syntax-error", "r/more.config:1 }"],
    ]);
    expect(await sysConfig('["none"].')).toMatchObject([["sys-config-invalid", expect.anything()]]);
  });
});
