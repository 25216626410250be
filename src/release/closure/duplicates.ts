import type { Problem } from "../../terms/problem.js";
import { fieldSpan } from "./loaded.js";
import type { ReleasedApplication } from "./released.js";

/** No two processes may register one name. Follows `systools_make:dupl_regs/1`. */
export const duplicateRegisteredNames = (applications: readonly ReleasedApplication[]): Problem[] =>
  duplicates(applications, {
    code: "duplicate-registered-name",
    field: "registered",
    names: ({ loaded }) => loaded.app.registered,
    verb: "registers",
    hint: "Two processes can't register one name: rename one, or take the name out of the .app that doesn't register it.",
  });

/** An application may be included by one other only. Follows `systools_make:dupl_incls/1`. */
export const duplicateIncludes = (applications: readonly ReleasedApplication[]): Problem[] =>
  duplicates(applications, {
    code: "duplicate-included-application",
    field: "includedApplications",
    names: ({ includes }) => includes,
    verb: "includes",
    hint: "An application can be part of one other only. The .rel may say who includes it: {App, Vsn, Type, [Included]}.",
  });

/** A module may be in one application only. Follows the first half of `systools_make:check_modules/3`. */
export const duplicateModules = (applications: readonly ReleasedApplication[]): Problem[] =>
  duplicates(applications, {
    code: "duplicate-module",
    field: "modules",
    names: ({ modules }) => modules,
    verb: "lists",
    hint: "A node can hold one module of a name only: take it out of one .app, or rename it.",
  });

interface Rule {
  readonly code: string;
  readonly field: "registered" | "includedApplications" | "modules";
  readonly names: (application: ReleasedApplication) => readonly string[];
  readonly verb: string;
  readonly hint: string;
}

/** One problem for each name that occurs again, in the same application or another one. */
function duplicates(applications: readonly ReleasedApplication[], rule: Rule): Problem[] {
  const first = new Map<string, ReleasedApplication>();
  const problems: Problem[] = [];
  for (const application of applications) {
    for (const [index, name] of rule.names(application).entries()) {
      const other = first.get(name);
      if (other === undefined) {
        first.set(name, application);
        continue;
      }
      const again = other === application ? "twice" : `, as ${other.name} does`;
      problems.push({
        code: rule.code,
        severity: "error",
        summary: `${application.name} ${rule.verb} ${name}${again.startsWith(",") ? "" : " "}${again}`,
        hint: rule.hint,
        span: fieldSpan(application.loaded, rule.field, index),
      });
    }
  }
  return problems;
}
