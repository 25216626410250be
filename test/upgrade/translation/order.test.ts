import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand } from "../../../src/upgrade/translation/expand.js";
import type { DependentInstruction } from "../../../src/upgrade/translation/forms.js";
import { orderByDependency } from "../../../src/upgrade/translation/order.js";
import { faultsOf, steps } from "./support.js";

/** `a:b,c` is an update of a that depends on b and c. */
function updates(...written: readonly string[]) {
  return steps(
    written.map((text) => {
      const [module, deps = ""] = text.split(":");
      const depMods = deps.split(",").filter((name) => name !== "");
      return expand({ instruction: "load_module", module: module!, depMods }) as DependentInstruction;
    }),
  );
}

const order = (...written: readonly string[]): string[][] =>
  orderByDependency(updates(...written)).map((group) => group.map((step) => step.instruction.module));

describe("orderByDependency", () => {
  it("puts a module before those it depends on", () => {
    expect(order("c", "b:c", "a:b")).toEqual([["a", "b", "c"]]);
  });

  it("keeps groups that have nothing to do with each other apart, by their first module", () => {
    expect(order("x", "b", "a:b", "y:x")).toEqual([
      ["y", "x"],
      ["a", "b"],
    ]);
  });

  it("keeps to the written order where the dependencies leave it open", () => {
    expect(order("m3:base", "base", "m1:base", "m2:base")).toEqual([["m3", "m1", "m2", "base"]]);
  });

  it("keeps a circle together, as it was written", () => {
    expect(order("z", "b:c,z", "c:a", "x:b", "a:b")).toEqual([["x", "b", "c", "a", "z"]]);
    expect(order("a:a")).toEqual([["a"]]);
  });

  it("refuses two instructions for a module, and a dependency without one", () => {
    expect(faultsOf(() => orderByDependency(updates("a:b", "a", "c:d")))).toMatchObject([
      { code: "module-defined-twice", origin: { index: 1 } },
      { code: "dependency-without-instruction", origin: { index: 0 } },
      { code: "dependency-without-instruction", origin: { index: 2 } },
    ]);
  });

  it("goes through long chains without exhausting the stack", () => {
    const size = 50_000;
    const chain = Array.from({ length: size }, (_, index) =>
      index === size - 1 ? `m${index}` : `m${index}:m${index + 1}`,
    );
    expect(order(...chain.toReversed())).toEqual([Array.from({ length: size }, (_, index) => `m${index}`)]);
    const circle = Array.from({ length: size }, (_, index) => `m${index}:m${(index + 1) % size}`);
    expect(order(...circle)).toEqual([Array.from({ length: size }, (_, index) => `m${index}`)]);
  });

  it("gives, of all orders that the dependencies allow, the one nearest to the written one", () => {
    const graph = fc.integer({ min: 1, max: 7 }).chain((size) =>
      fc.array(fc.subarray([...Array(size).keys()], { maxLength: Math.min(3, size) }), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(graph, (edges) => {
        const written = edges.map((targets, index) => `${index}:${targets.join(",")}`);
        expect(order(...written)).toEqual(bruteForce(edges).map((group) => group.map(String)));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The same by definition: reachability by closure, then the first component that none of those left depends on. */
function bruteForce(edges: readonly (readonly number[])[]): number[][] {
  const vertices = [...edges.keys()];
  const closure = (start: ReadonlyMap<number, readonly number[]>): Set<number>[] =>
    vertices.map((vertex) => {
      const seen = new Set([vertex]);
      for (const at of seen) for (const next of start.get(at) ?? []) seen.add(next);
      return seen;
    });
  const reach = closure(new Map(edges.entries()));
  const both = closure(
    new Map(vertices.map((v) => [v, [...edges[v]!, ...vertices.filter((other) => edges[other]!.includes(v))]])),
  );
  const component = (v: number): number => vertices.find((other) => reach[v]!.has(other) && reach[other]!.has(v))!;
  const group = (v: number): number => Math.min(...both[v]!);
  const left = new Set(vertices);
  const sorted: number[] = [];
  while (left.size > 0) {
    const free = [...left].find((v) =>
      [...left].every((other) => component(other) === component(v) || !reach[other]!.has(v)),
    )!;
    for (const v of [...left].filter((other) => component(other) === component(free))) {
      sorted.push(v);
      left.delete(v);
    }
  }
  return vertices.filter((v) => group(v) === v).map((g) => sorted.filter((v) => group(v) === g));
}
