import { describe, expect, it } from "vitest";
import { ProblemError } from "../../src/terms/problem.js";
import { Scanner } from "../../src/terms/scan.js";
import { SourceText } from "../../src/terms/source-text.js";

type Token = readonly [category: string, value?: string | number | bigint];

function tokens(text: string): Token[] {
  const scanner = new Scanner(new SourceText(text, "file"));
  const found: Token[] = [];
  for (;;) {
    scanner.scan();
    switch (scanner.category) {
      case "eof":
        return found;
      case "integer":
      case "char":
        found.push([scanner.category, scanner.integer]);
        break;
      case "float":
        found.push([scanner.category, scanner.float]);
        break;
      case "atom":
      case "var":
      case "string":
        found.push([scanner.category, scanner.text]);
        break;
      default:
        found.push([scanner.category]);
    }
  }
}

function refusal(text: string): string {
  try {
    tokens(text);
  } catch (error) {
    if (error instanceof ProblemError) {
      const { summary, span } = error.problems[0]!;
      return `${span!.start.line}:${span!.start.column}-${span!.end.line}:${span!.end.column} ${summary}`;
    }
    throw error;
  }
  throw new Error(`${text} was scanned`);
}

describe("atoms and variables", () => {
  it("have Latin-1 letters", () => {
    expect(tokens("aB_1@x åäö Åse _x éÿ")).toEqual([
      ["atom", "aB_1@x"],
      ["atom", "åäö"],
      ["var", "Åse"],
      ["var", "_x"],
      ["atom", "éÿ"],
    ]);
  });

  it("are reserved words where every OTP reserves them", () => {
    expect(tokens("end maybe else 'end' ends")).toEqual([
      ["end"],
      ["atom", "maybe"],
      ["atom", "else"],
      ["atom", "end"],
      ["atom", "ends"],
    ]);
  });

  it("have up to 255 characters, of any width", () => {
    const longest = "😀".repeat(255);
    expect(tokens(`'${longest}'`)).toEqual([["atom", longest]]);
    expect(refusal(`'${longest}a'`)).toMatch(/^1:1-1:259 illegal atom: 256 characters/);
    expect(refusal(`a${"b".repeat(255)}`)).toMatch(/illegal atom/);
    expect(refusal(`A${"b".repeat(255)}`)).toMatch(/illegal variable/);
  });

  it("need quotes for letters beyond Latin-1", () => {
    expect(tokens("'λ'")).toEqual([["atom", "λ"]]);
    expect(refusal("a λ")).toBe("1:3-1:4 illegal character U+03BB");
  });
});

describe("numbers", () => {
  it("have bases and underscores", () => {
    expect(tokens("0 1_000 16#fF 36#Zz 1_6#f_f 2#12 1__0")).toEqual([
      ["integer", 0],
      ["integer", 1000],
      ["integer", 255],
      ["integer", 1295],
      ["integer", 255],
      ["integer", 1],
      ["integer", 2],
      ["integer", 1],
      ["var", "__0"],
    ]);
  });

  it("may be large", () => {
    expect(tokens("9007199254740991 9007199254740992 16#20000000000000 36#zzzzzzzzzzzzzzzzzzzz")).toEqual([
      ["integer", 9007199254740991],
      ["integer", 9007199254740992n],
      ["integer", 9007199254740992n],
      ["integer", 36n ** 20n - 1n],
    ]);
    expect(tokens("7#" + "6".repeat(1000))).toEqual([["integer", 7n ** 1000n - 1n]]);
    expect(refusal("9".repeat(11_000_000))).toMatch(/illegal integer: too large/);
  });

  it("are floats only with digits on both sides of the point", () => {
    expect(tokens("1.5 1_0.2_5e+1_0 1.0E-3 1.e 16#1.8")).toEqual([
      ["float", 1.5],
      ["float", 10.25e10],
      ["float", 0.001],
      ["integer", 1],
      ["."],
      ["atom", "e"],
      ["integer", 1],
      ["."],
      ["integer", 8],
    ]);
    expect(refusal("1.5e")).toBe("1:1-1:5 illegal float: no digit in the exponent");
    expect(refusal("{1.0e309}")).toBe("1:2-1:9 illegal float: out of range");
    expect(tokens("1.0e-400")).toEqual([["float", 0]]);
  });

  it("have bases of 2 to 36, and digits", () => {
    expect(refusal("37#1")).toBe("1:1-1:3 illegal base");
    expect(refusal("1#0")).toBe("1:1-1:2 illegal base");
    expect(refusal("16#_f")).toMatch(/no digit/);
  });
});

describe("quoted text", () => {
  it("knows every escape", () => {
    expect(tokens(String.raw`"\n\r\t\v\b\f\e\s\d\\\"\'\0\12\123\777\8\x41\x{1F600}\^a\^?\é"`)).toEqual([
      ["string", "\n\r\t\v\b\f\x1b \x7f\\\"'\0\nS\u01ff8A😀\x01\x7fé"],
    ]);
  });

  it("keeps line ends, behind a backslash too", () => {
    expect(tokens('"a\nb\\\nc\r\nd"')).toEqual([["string", "a\nb\nc\r\nd"]]);
  });

  it("refuses what is no character", () => {
    expect(refusal('"\\x{D800}"')).toBe("1:2-1:10 illegal character: the escape stands for none");
    expect(refusal('"ab\\x4"')).toMatch(/^1:4-1:7 illegal character/);
    expect(refusal('"\ufffe"')).toBe("1:2-1:3 illegal character U+FFFE");
    expect(refusal("% \uffff\n")).toBe("1:3-1:4 illegal character U+FFFF");
  });

  it("has to be closed", () => {
    expect(refusal('a\n "b\nc')).toBe("2:2-2:3 unterminated string");
    expect(refusal("'b")).toBe("1:1-1:2 unterminated quoted atom");
    expect(refusal('"b\\')).toBe("1:1-1:2 unterminated string");
    expect(refusal('"b\\x{41')).toBe("1:1-1:2 unterminated string");
  });

  it("is one character after a dollar", () => {
    expect(tokens('$a $\\n $  $\\x{41} $😀 $\\^b $"')).toEqual(
      [97, 10, 32, 65, 0x1f600, 2, 34].map((code) => ["char", code]),
    );
    expect(refusal("$")).toMatch(/unterminated character/);
    expect(refusal("$\\")).toMatch(/unterminated character/);
  });
});

describe("the rest", () => {
  it("takes the longest operator", () => {
    expect(tokens("=:= =/= =< => == = << <- <= < ... .. :: := : ||| -->").map(([category]) => category)).toEqual(
      "=:= =/= =< => == = << <- <= < ... .. :: := : || | -- >".split(" "),
    );
  });

  it("ends a form at a full stop, which white space, a comment or the end follows", () => {
    expect(tokens("a. b.% c\nc.d.\u00a0e.").map(([category]) => category)).toEqual(
      "atom dot atom dot atom . atom dot atom dot".split(" "),
    );
  });

  it("skips comments and white space, control characters too", () => {
    expect(tokens('\0\x07\u0080a\u00a0% x "\n%\n b %')).toEqual([
      ["atom", "a"],
      ["atom", "b"],
    ]);
  });
});
