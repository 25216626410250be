import { describe, expect, it } from "vitest";
import { renderCaret, renderProblem } from "../../src/terms/caret.js";
import { SourceText } from "../../src/terms/source-text.js";

function caret(text: string, part: string, width?: number): string {
  const start = text.indexOf(part);
  const span = new SourceText(text, "file").span(start, start + part.length);
  return renderCaret(span, width === undefined ? {} : { width });
}

describe("the caret line", () => {
  it("marks what is meant", () => {
    expect(caret("a\n{vsn, Vsn}\nb", "Vsn")).toBe("2 | {vsn, Vsn}\n  |       ^^^");
  });

  it("stands below an end that has no character", () => {
    expect(caret("{a", "")).toBe("1 | {a\n  | ^");
    const { length } = "{a";
    expect(renderCaret(new SourceText("{a", "file").span(length, length))).toBe("1 | {a\n  |   ^");
  });

  it("has the line number's width before it", () => {
    expect(caret(`${"\n".repeat(99)}abc`, "b")).toBe("100 | abc\n    |  ^");
  });

  it("goes to the end of the line when more lines are meant", () => {
    expect(caret("{a, [b\n c]}", "[b\n c]")).toBe("1 | {a, [b\n  |     ^^");
  });

  it("makes tabs spaces up to the next tab stop", () => {
    expect(caret("\ta,\tb c", "c")).toBe("1 |         a,      b c\n  |                   ^");
  });

  it("counts wide characters twice and marks on letters not at all", () => {
    expect(caret('"漢字", 😀, e\u0301, x', "x")).toBe('1 | "漢字", 😀, e\u0301, x\n  |                ^');
    expect(caret("'漢字' b", "漢字")).toBe("1 | '漢字' b\n  |  ^^^^");
  });

  it("shows a sign for control characters", () => {
    expect(caret("a\x1b[31m\u202eb c", "c")).toBe("1 | a\ufffd[31m\ufffdb c\n  |          ^");
  });

  it("cuts a long line around what is meant", () => {
    const text = `{${"aaaa,".repeat(50)}here,${"bbbb,".repeat(50)}}`;
    const [source, carets] = caret(text, "here", 44).split("\n") as [string, string];
    expect(source).toBe("1 | …aaaa,aaaa,aaaa,aaaa,aaaa,here,bbbb,bbb…");
    expect(carets).toBe(`  | ${" ".repeat(source.indexOf("here") - 4)}^^^^`);
    expect(source.length).toBeLessThanOrEqual(44);
  });

  it("cuts only the side that is too long", () => {
    const text = `here,${"bbbb,".repeat(50)}`;
    expect(caret(text, "here", 30)).toBe("1 | here,bbbb,bbbb,bbbb,bbbb…\n  | ^^^^");
    expect(caret(`${"aaaa,".repeat(50)}here`, "here", 30)).toMatch(/^1 \| …[a,]+here\n {2}\| +\^\^\^\^$/);
  });

  it("takes a line of a whole file", () => {
    const text = `${"a,".repeat(5_000_000)}here,${"b,".repeat(5_000_000)}`;
    const [source, carets] = caret(text, "here").split("\n") as [string, string];
    expect(source.indexOf("here")).toBe(carets.indexOf("^"));
    expect(source.length).toBeLessThanOrEqual(80);
  });
});

describe("a problem for people", () => {
  it("has the place, the line, the detail and the hint", () => {
    const { problems } = new SourceText("{a b}", "my.app").syntaxError("expected ','", 3, 4, {
      detail: "{ is open",
      hint: "is a comma missing?",
    });
    expect(renderProblem(problems[0]!)).toBe(
      ["my.app:1:4: error: expected ','", "1 | {a b}", "  |    ^", "  { is open", "  hint: is a comma missing?"].join(
        "\n",
      ),
    );
  });

  it("has only what is there", () => {
    expect(renderProblem({ code: "x", severity: "warning", summary: "so it is" })).toBe("warning: so it is");
  });
});
