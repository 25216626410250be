import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formsOf } from "../../../src/engine/guardian/forms-of.js";
import { FORMS } from "../../../src/engine/guardian/forms.js";
import { surface } from "../../../src/target/surface.js";
import { atomName, listElements, tupleElements } from "../../../src/terms/access.js";
import { List, Tuple, type Term } from "../../../src/terms/term.js";
import { describeErlang } from "../../support/erlang.js";

const names = Object.keys(FORMS) as (keyof typeof FORMS)[];

/** Every function that the forms call or make a fun of, and that the text of a program names. */
function calledBy(form: Term): string[] {
  const inside = form instanceof Tuple || form instanceof List ? form.elements.flatMap(calledBy) : [];
  const [type, , callee, args] = tupleElements(form, 4) ?? [];
  if (atomName(type) === "call") {
    const arity = listElements(args)!.length;
    const remote = tupleElements(callee, 4);
    const local = tupleElements(callee, 3);
    if (atomName(remote?.[0]) === "remote")
      return [...inside, `${nameOf(remote![2]!)}:${nameOf(remote![3]!)}/${arity}`];
    if (atomName(local?.[0]) === "atom") return [...inside, `erlang:${nameOf(callee!)}/${arity}`];
  }
  const external = tupleElements(tupleElements(form, 3)?.[2], 4);
  if (atomName(external?.[0]) !== "function") return inside;
  const [module, fun, arity] = external!.slice(1).map((part) => tupleElements(part, 3)![2]);
  return [...inside, `${atomName(module)}:${atomName(fun)}/${arity as number}`];
}

const nameOf = (form: Term): string => {
  const [type, , name] = tupleElements(form, 3) ?? [];
  return atomName(type) === "atom" ? atomName(name)! : "(a variable)";
};

describe("the guardian's expressions", () => {
  it.each(names)("of %s call functions of the surface only", (name) => {
    const called = new Set(calledBy(formsOf(name)));
    expect([...called].filter((each) => !(each in surface))).toEqual([]);
  });
});

describe("the surface", () => {
  it("has no function that is called nowhere", () => {
    const src = join(import.meta.dirname, "..", "..", "..", "src");
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.startsWith("runtime") && file !== join("target", "surface.ts"),
    );
    // Where an answer is looked at, the function's name is for a message only.
    const texts = files.map((file) => readFileSync(join(src, file), "utf8").replace(/\banswered\("[^"]*"/g, ""));
    const named = new Set(
      texts.flatMap((text) => [...text.matchAll(/"([^"\s]+:[^"\s]+\/\d+)"/g)].map(([, name]) => name!)),
    );
    const called = new Set([...named, ...names.flatMap((name) => calledBy(formsOf(name)))]);
    expect(Object.keys(surface).filter((each) => !called.has(each))).toEqual([]);
  });
});

describeErlang("the guardian's forms", () => {
  it("are those of its sources", () => {
    execFileSync("npx", ["tsx", "scripts/forms.ts", "--check"], { stdio: "pipe" });
  });
});
