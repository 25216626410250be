import { describe, expect, it } from "vitest";
import {
  atomName,
  atomNames,
  binaryText,
  isAtom,
  keyFind,
  listElements,
  mapValue,
  stringText,
  taggedTuple,
  textOf,
  tupleElements,
} from "../../src/terms/access.js";
import { parseTerm } from "../../src/terms/parse.js";
import { atom, binary, nil } from "../../src/terms/term.js";

describe("readers", () => {
  it("give the text of strings and of binaries in UTF-8", () => {
    expect(textOf(parseTerm('"aé😀"'))).toBe("aé😀");
    expect(textOf(parseTerm('<<"aé😀"/utf8>>'))).toBe("aé😀");
    expect(textOf(nil)).toBe("");
    for (const text of [
      "[a]",
      "[1|2]",
      "[-1]",
      "[16#D800]",
      "[16#110000]",
      "[1.0]",
      "<<16#ff>>",
      "<<1:4>>",
      "a",
      "1",
      "{}",
    ]) {
      expect(textOf(parseTerm(text)), text).toBeUndefined();
    }
    expect(textOf(undefined)).toBeUndefined();
  });

  it("tell strings and binaries apart", () => {
    expect(stringText(binary("a"))).toBeUndefined();
    expect(binaryText(parseTerm('"a"'))).toBeUndefined();
    expect(binaryText(binary(Buffer.from("xabcx").subarray(1, 4)))).toBe("abc");
  });

  it("know atoms", () => {
    expect([isAtom(atom("a")), isAtom(atom("a"), "a"), isAtom(atom("a"), "b"), isAtom(1)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([atomName(atom("a")), atomName(nil)]).toEqual(["a", undefined]);
    expect(atomNames(parseTerm("[a,b]"))).toEqual(["a", "b"]);
    expect(atomNames(parseTerm("[a,1]"))).toBeUndefined();
    expect(atomNames(parseTerm("[a|b]"))).toBeUndefined();
  });

  it("take lists and tuples apart", () => {
    expect(listElements(parseTerm("[1,2]"))).toEqual([1, 2]);
    expect(listElements(parseTerm("[1|2]"))).toBeUndefined();
    expect(tupleElements(parseTerm("{1,2}"), 2)).toEqual([1, 2]);
    expect(tupleElements(parseTerm("{1,2}"), 3)).toBeUndefined();
    expect(taggedTuple(parseTerm("{a,2}"), "a", 2)).toEqual([atom("a"), 2]);
    expect(taggedTuple(parseTerm("{b,2}"), "a", 2)).toBeUndefined();
    expect(taggedTuple(parseTerm("{}"), "a")).toBeUndefined();
  });

  it("find values by key", () => {
    expect(mapValue(parseTerm('#{1.0 => a, 1 => b, "k" => c}'), 1)).toBe(atom("b"));
    expect(mapValue(parseTerm('#{"k" => c}'), parseTerm("[$k]"))).toBe(atom("c"));
    expect(mapValue(parseTerm("#{}"), 1)).toBeUndefined();
    expect(keyFind(parseTerm("[x,{k},{k,1},{k,2}]"), "k")).toBe(1);
    expect(keyFind(parseTerm("[{j,1}]"), "k")).toBeUndefined();
  });
});
