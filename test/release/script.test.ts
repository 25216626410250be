import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import type { HighLevelInstruction, Instruction, LowLevelInstruction } from "../../src/release/instruction.js";
import type { instructionSchema, lowLevelSchema } from "../../src/release/schema/instruction.js";
import {
  decodeInstruction,
  decodeRelupScript,
  decodeScript,
  encodeInstruction,
  encodeScript,
} from "../../src/release/script.js";
import { parseForms, parseTerm } from "../../src/terms/parse.js";
import type { ProblemError } from "../../src/terms/problem.js";
import { printTerm } from "../../src/terms/print.js";
import { anyHighLevel, anyInstruction, anyLowLevel, runs } from "./arbitrary.js";

/** Every tuple form of appup(4), and the record it is. */
const forms: readonly (readonly [string, Instruction])[] = [
  ["{update,m}", { instruction: "update", module: "m" }],
  ["{update,m,supervisor}", { instruction: "update", module: "m", supervisor: true }],
  ["{update,m,soft}", { instruction: "update", module: "m", change: "soft" }],
  ["{update,m,{advanced,1}}", { instruction: "update", module: "m", change: { advanced: 1 } }],
  ["{update,m,[a,b]}", { instruction: "update", module: "m", depMods: ["a", "b"] }],
  ["{update,m,[]}", { instruction: "update", module: "m", depMods: [] }],
  ["{update,m,soft,[a]}", { instruction: "update", module: "m", change: "soft", depMods: ["a"] }],
  [
    "{update,m,soft,soft_purge,brutal_purge,[]}",
    {
      instruction: "update",
      module: "m",
      change: "soft",
      prePurge: "soft_purge",
      postPurge: "brutal_purge",
      depMods: [],
    },
  ],
  [
    "{update,m,5000,soft,soft_purge,brutal_purge,[]}",
    {
      instruction: "update",
      module: "m",
      timeout: 5000,
      change: "soft",
      prePurge: "soft_purge",
      postPurge: "brutal_purge",
      depMods: [],
    },
  ],
  [
    "{update,m,static,infinity,{advanced,x},soft_purge,brutal_purge,[a]}",
    {
      instruction: "update",
      module: "m",
      modType: "static",
      timeout: "infinity",
      change: { advanced: parseTerm("x") },
      prePurge: "soft_purge",
      postPurge: "brutal_purge",
      depMods: ["a"],
    },
  ],
  ["{load_module,'Elixir.M'}", { instruction: "load_module", module: "Elixir.M" }],
  ["{load_module,m,[a]}", { instruction: "load_module", module: "m", depMods: ["a"] }],
  [
    "{load_module,m,soft_purge,soft_purge,[a]}",
    { instruction: "load_module", module: "m", prePurge: "soft_purge", postPurge: "soft_purge", depMods: ["a"] },
  ],
  ["{add_module,m}", { instruction: "add_module", module: "m" }],
  ["{add_module,m,[a]}", { instruction: "add_module", module: "m", depMods: ["a"] }],
  ["{delete_module,m}", { instruction: "delete_module", module: "m" }],
  ["{delete_module,m,[]}", { instruction: "delete_module", module: "m", depMods: [] }],
  ["{add_application,a}", { instruction: "add_application", application: "a" }],
  ["{add_application,a,load}", { instruction: "add_application", application: "a", type: "load" }],
  ["{remove_application,a}", { instruction: "remove_application", application: "a" }],
  ["{restart_application,a}", { instruction: "restart_application", application: "a" }],
  [
    '{load_object_code,{a,"1.0",[m]}}',
    { instruction: "load_object_code", application: "a", vsn: "1.0", modules: ["m"] },
  ],
  ["point_of_no_return", { instruction: "point_of_no_return" }],
  [
    "{load,{m,soft_purge,brutal_purge}}",
    { instruction: "load", module: "m", prePurge: "soft_purge", postPurge: "brutal_purge" },
  ],
  [
    "{remove,{m,soft_purge,brutal_purge}}",
    { instruction: "remove", module: "m", prePurge: "soft_purge", postPurge: "brutal_purge" },
  ],
  ["{purge,[m]}", { instruction: "purge", modules: ["m"] }],
  ["{suspend,[a,{b,100}]}", { instruction: "suspend", modules: [{ module: "a" }, { module: "b", timeout: 100 }] }],
  ["{resume,[a]}", { instruction: "resume", modules: ["a"] }],
  ["{code_change,[{m,1}]}", { instruction: "code_change", modules: [{ module: "m", extra: 1 }] }],
  ["{code_change,down,[{m,1}]}", { instruction: "code_change", mode: "down", modules: [{ module: "m", extra: 1 }] }],
  ["{stop,[]}", { instruction: "stop", modules: [] }],
  ["{start,[a]}", { instruction: "start", modules: ["a"] }],
  ["{sync_nodes,1,[n@h]}", { instruction: "sync_nodes", id: 1, nodes: ["n@h"] }],
  ["{sync_nodes,1,{m,f,[2]}}", { instruction: "sync_nodes", id: 1, nodes: { module: "m", function: "f", args: [2] } }],
  ["{apply,{m,f,[1,2]}}", { instruction: "apply", mfa: { module: "m", function: "f", args: [1, 2] } }],
  ["restart_new_emulator", { instruction: "restart_new_emulator" }],
  ["restart_emulator", { instruction: "restart_emulator" }],
];

describe("an instruction", () => {
  it.each(forms)("%s is read and written", (text, record) => {
    expect(decodeInstruction(parseTerm(text))).toEqual(record);
    expect(printTerm(encodeInstruction(record))).toBe(text);
  });

  it("is the same after encode, decode", () => {
    fc.assert(
      fc.property(anyInstruction, (instruction) => {
        expect(decodeInstruction(encodeInstruction(instruction))).toEqual(instruction);
      }),
      { numRuns: runs(2000) },
    );
  });

  it("whose fields have no tuple form is written in the next longer one, with OTP's defaults", () => {
    const written = (instruction: Instruction): string => printTerm(encodeInstruction(instruction));
    expect(written({ instruction: "update", module: "m", prePurge: "soft_purge" })).toBe(
      "{update,m,soft,soft_purge,brutal_purge,[]}",
    );
    expect(written({ instruction: "update", module: "m", timeout: 1, depMods: ["a"] })).toBe(
      "{update,m,1,soft,brutal_purge,brutal_purge,[a]}",
    );
    expect(written({ instruction: "update", module: "m", modType: "static" })).toBe(
      "{update,m,static,default,soft,brutal_purge,brutal_purge,[]}",
    );
    expect(written({ instruction: "load_module", module: "m", postPurge: "soft_purge" })).toBe(
      "{load_module,m,brutal_purge,soft_purge,[]}",
    );
  });

  it("that is none throws with the place of the fault", () => {
    const [form] = parseForms("\n {update, m, [1]}.", "f");
    try {
      decodeInstruction(form!.term, (path) => form!.locate(path));
      expect.unreachable();
    } catch (error) {
      expect((error as ProblemError).problems).toMatchObject([
        { code: "bad-module", span: { file: "f", start: { line: 2, column: 15 } } },
      ]);
    }
  });

  it("has a record type that is the schema's", () => {
    // Types alone: the compiler checks them.
    type DeepReadonly<Value> = Value extends (infer Item)[]
      ? readonly DeepReadonly<Item>[]
      : Value extends { readonly instruction: string }
        ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
        : Value;
    expectTypeOf<LowLevelInstruction>().toExtend<DeepReadonly<z.output<typeof lowLevelSchema>>>();
    expectTypeOf<Instruction>().toExtend<DeepReadonly<z.output<typeof instructionSchema>>>();
  });
});

describe("a script", () => {
  it("is the same after encode, decode", () => {
    fc.assert(
      fc.property(fc.array(anyInstruction, { maxLength: 10 }), (instructions) => {
        expect(decodeScript(encodeScript(instructions))).toEqual({ ok: true, instructions });
      }),
      { numRuns: runs(300) },
    );
  });

  it("of a relup holds low-level instructions only", () => {
    fc.assert(
      fc.property(fc.array(anyLowLevel), anyHighLevel, (script, other: HighLevelInstruction) => {
        expect(decodeRelupScript(encodeScript(script))).toEqual({ ok: true, instructions: script });
        const mixed = decodeRelupScript(encodeScript([...script, other]));
        expect(mixed.ok ? [] : mixed.problems.map(({ code }) => code)).toEqual(["high-level-in-relup"]);
      }),
      { numRuns: runs(200) },
    );
  });

  it.each(["soft", "{a,b}", "[restart_emulator|x]", '"text"'])("%s is none", (text) => {
    expect(decodeScript(parseTerm(text)).ok).toBe(false);
  });

  it("tells all its faults, in their order", () => {
    const script = parseTerm("[{update, m, bad}, {load_module, 1}, {update, m}, {stop, m}, reboot]");
    const decoded = decodeScript(script);
    expect(decoded.ok ? [] : decoded.problems.map(({ code }) => code)).toEqual([
      "bad-change",
      "bad-module",
      "bad-module-list",
      "instruction-not-implemented",
    ]);
  });
});
