import { defineRule, type Found } from "./rule.js";
import { allAppupScripts, instructionsOf, type Script } from "./scripts.js";

/** appup(4): where dependencies are circular the instructions keep the order they are written in. */
export const circularDepMods = defineRule({
  code: "circular-dep-mods",
  severity: "warning",
  meaning: "Modules depend on each other in a circle (DepMods), so their order is that in which they are written.",
  check: (context) => allAppupScripts(context).flatMap(circles),
});

function circles(script: Script): Found[] {
  const dependencies = new Map<string, readonly string[]>();
  const indexes = new Map<string, number>();
  for (const { index, instruction } of instructionsOf(script, "update", "load_module", "add_module", "delete_module")) {
    dependencies.set(instruction.module, instruction.depMods ?? []);
    indexes.set(instruction.module, index);
  }
  const told = new Set<string>();
  return [...indexes].flatMap(([module, index]) => {
    const circle = circleFrom(module, dependencies);
    // Circles that share a module are broken by one change, often.
    if (circle === undefined || circle.some((each) => told.has(each))) return [];
    for (const each of circle) told.add(each);
    return [
      {
        summary: `modules depend on each other in a circle: ${[...circle, module].join(" -> ")}`,
        detail: "OTP can't put them in order, and takes them as they are written.",
        hint: "Take one of them out of the DepMods of another.",
        span: script.locate(index, "depMods"),
      },
    ];
  });
}

/** The shortest way from a module back to itself. */
function circleFrom(module: string, dependencies: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>();
  let ways = [[module]];
  while (ways.length > 0) {
    const longer: string[][] = [];
    for (const way of ways) {
      for (const next of dependencies.get(way.at(-1)!) ?? []) {
        if (next === module) return way;
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return undefined;
}
