import { describe, expect, it } from "vitest";
import type { Instruction } from "../../../src/release/instruction.js";
import { decodeScript, encodeScript } from "../../../src/release/script.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { printTerm } from "../../../src/terms/print.js";
import { expand } from "../../../src/upgrade/translation/expand.js";

function expanded(text: string): string {
  const decoded = decodeScript(parseTerm(`[${text}]`));
  if (!decoded.ok) throw new Error(decoded.problems[0].summary);
  return printTerm(encodeScript(decoded.instructions.map((instruction): Instruction => expand(instruction))));
}

describe("expand", () => {
  it.each([
    ["{update,m}", "{update,m,dynamic,default,soft,brutal_purge,brutal_purge,[]}"],
    ["{update,m,supervisor}", "{update,m,static,default,{advanced,[]},brutal_purge,brutal_purge,[]}"],
    ["{update,m,soft}", "{update,m,dynamic,default,soft,brutal_purge,brutal_purge,[]}"],
    ["{update,m,{advanced,x}}", "{update,m,dynamic,default,{advanced,x},brutal_purge,brutal_purge,[]}"],
    ["{update,m,[n]}", "{update,m,dynamic,default,soft,brutal_purge,brutal_purge,[n]}"],
    ["{update,m,{advanced,x},[n]}", "{update,m,dynamic,default,{advanced,x},brutal_purge,brutal_purge,[n]}"],
    ["{update,m,soft,soft_purge,soft_purge,[]}", "{update,m,dynamic,default,soft,soft_purge,soft_purge,[]}"],
    ["{update,m,7,soft,soft_purge,soft_purge,[]}", "{update,m,dynamic,7,soft,soft_purge,soft_purge,[]}"],
    ["{load_module,m}", "{load_module,m,brutal_purge,brutal_purge,[]}"],
    ["{load_module,m,[n]}", "{load_module,m,brutal_purge,brutal_purge,[n]}"],
    ["{add_module,m}", "{add_module,m,[]}"],
    ["{delete_module,m}", "{delete_module,m,[]}"],
    ["{add_application,a}", "{add_application,a,permanent}"],
    ["{purge,[m]}", "{purge,[m]}"],
  ])("writes %s out", (short, long) => {
    expect(expanded(short)).toBe(`[${long}]`);
    expect(expanded(long)).toBe(`[${long}]`);
  });
});
