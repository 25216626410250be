import { ProblemError, type Problem } from "../../terms/problem.js";
import { fieldSpan } from "./loaded.js";
import type { ReleasedApplication } from "./released.js";
import { subtract } from "./subtract.js";
import { undefinedApplication } from "./undefined-applications.js";

/**
 * Puts the applications in the order in which they start: each one after those that it uses and includes, else in the
 * order they are given in. Follows `systools_make:sort_appls/1`; a relup's scripts follow this order.
 *
 * @throws ProblemError for circular dependencies, and for what is used but not there (an application that both uses and
 * includes another one counts as such)
 */
export function startOrder(applications: readonly ReleasedApplication[]): ReleasedApplication[] {
  const waiting = new Waiting(applications);
  const visited = new Set<string>();
  const visitedVersions = new Set<string>();
  const problems: Problem[] = [];
  const order: ReleasedApplication[] = [];
  for (let next = waiting.take(); next !== undefined; next = waiting.take()) {
    const uses = waiting.takeAll(next, next.uses, visited);
    const includes = waiting.takeAll(next, next.includes, visited);
    for (const name of subtract(uses.missing, next.optional)) {
      problems.push(undefinedApplication(next, "applications", name));
    }
    for (const name of includes.missing) problems.push(undefinedApplication(next, "includedApplications", name));
    const first = [...uses.found, ...includes.found];
    visited.add(next.name);
    visitedVersions.add(versionKey(next));
    if (first.length === 0) {
      order.push(next);
      continue;
    }
    // What was visited and still waits does so for the application that is at hand.
    const circular = first.filter((application) => visitedVersions.has(versionKey(application)));
    if (circular.length > 0) problems.push(circularDependency(next, circular));
    waiting.putBack([...first.filter((application) => !circular.includes(application)), next]);
  }
  if (problems.length > 0) throw new ProblemError(problems as [Problem, ...Problem[]]);
  return order;
}

/** A `.rel` may name an application twice, in two versions. */
const versionKey = ({ name, vsn }: ReleasedApplication): string => `${name}-${vsn}`;

/** The applications that haven't started: a list that is taken from at the front. */
class Waiting {
  /** The front is at the end. */
  readonly #stack: ReleasedApplication[];
  readonly #count = new Map<string, number>();

  constructor(applications: readonly ReleasedApplication[]) {
    this.#stack = [];
    this.putBack(applications);
  }

  take(): ReleasedApplication | undefined {
    const application = this.#stack.pop();
    if (application !== undefined) this.#counted(application, -1);
    return application;
  }

  putBack(applications: readonly ReleasedApplication[]): void {
    for (const application of applications.toReversed()) {
      this.#stack.push(application);
      this.#counted(application, 1);
    }
  }

  /**
   * Takes out those of `names` that wait; what neither waits nor was visited is missing. An application that includes the
   * one that uses it is left where it is. Follows `systools_make:find_all/6`, from the last name to the first.
   */
  takeAll(
    user: ReleasedApplication,
    names: readonly string[],
    visited: ReadonlySet<string>,
  ): { readonly found: readonly ReleasedApplication[]; readonly missing: readonly string[] } {
    const found: ReleasedApplication[] = [];
    const missing: string[] = [];
    for (const name of names.toReversed()) {
      const index = this.#find(name);
      const application = this.#stack[index];
      if (application !== undefined && !application.includes.includes(user.name)) {
        this.#stack.splice(index, 1);
        this.#counted(application, -1);
        found.push(application);
      } else if (!visited.has(name)) {
        missing.push(name);
      }
    }
    return { found: found.reverse(), missing };
  }

  #find(name: string): number {
    if ((this.#count.get(name) ?? 0) === 0) return -1;
    return this.#stack.findLastIndex((application) => application.name === name);
  }

  #counted({ name }: ReleasedApplication, by: 1 | -1): void {
    this.#count.set(name, (this.#count.get(name) ?? 0) + by);
  }
}

function circularDependency(application: ReleasedApplication, circular: readonly ReleasedApplication[]): Problem {
  const names = circular.map(({ name }) => name).join(", ");
  return {
    code: "circular-dependency",
    severity: "error",
    summary: `${application.name} depends on ${names}, which can't start before ${application.name} has`,
    hint: "Take one of them out of the applications of the other's .app.",
    span: fieldSpan(application.loaded, "applications"),
  };
}
