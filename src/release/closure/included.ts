import { ProblemError } from "../../terms/problem.js";
import { fieldSpan } from "./loaded.js";
import type { ReleasedApplication } from "./released.js";
import { subtract } from "./subtract.js";

/**
 * Who uses an included application must start after the one that it is part of: in `uses` the included application is
 * replaced by the topmost one around it. Not so inside of that one, where the order of start is its own affair.
 * Follows `systools_make:add_top_apps_to_uses/3`.
 *
 * @throws ProblemError when applications include each other in a circle (systools doesn't come back from that)
 */
export function useTopApplications(applications: readonly ReleasedApplication[]): ReleasedApplication[] {
  const includedBy = new Map<string, ReleasedApplication>();
  for (const application of applications) {
    for (const name of application.includes) {
      if (!includedBy.has(name)) includedBy.set(name, application);
    }
  }
  const topOf = (name: string): string => {
    const path = new Set<string>();
    let top = name;
    for (let by = includedBy.get(top); by !== undefined; by = includedBy.get(top)) {
      if (path.has(top)) throw circularInclusion(by, [...path]);
      path.add(top);
      top = by.name;
    }
    return top;
  };
  return applications.map((application) => {
    const myTop = topOf(application.name);
    let uses = application.uses;
    for (const used of application.uses) {
      const by = includedBy.get(used);
      if (used === myTop) {
        uses = subtract(uses, [used]);
      } else if (by !== undefined) {
        const top = topOf(by.name);
        if (uses.includes(top)) uses = subtract(uses, [used]);
        else if (top !== myTop) uses = [...subtract(uses, [used]), top];
      }
    }
    return { ...application, uses };
  });
}

function circularInclusion({ loaded }: ReleasedApplication, names: readonly string[]): ProblemError {
  return new ProblemError([
    {
      code: "circular-inclusion",
      severity: "error",
      summary: `applications include each other in a circle: ${names.join(", ")}`,
      hint: "An application can't be part of one that is part of it.",
      span: fieldSpan(loaded, "includedApplications"),
    },
  ]);
}
