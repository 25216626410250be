import { encodeInstruction } from "../release/erlang/encode-instruction.js";
import type { Severity } from "../terms/problem.js";
import { printTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";
import { isMd5Vsn } from "./code-md5.js";
import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";
import { namedModules, type Upgrade } from "./upgrade.js";

/**
 * What a plan rests on, as plain data: a plan file carries it, so that a node on which something of it is otherwise can
 * be told apart, and the difference shown. Processes are not in it: they come and go, and are found anew when a step
 * comes to them. Nor are directories: what counts is the code in them.
 */
export interface PlanBasis {
  readonly kind: Upgrade["kind"];
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly direction: Upgrade["direction"];
  readonly node: string;
  readonly otpRelease: string;
  /** The instructions as Erlang writes them. */
  readonly script: readonly string[];
  /** Versions of the libraries whose code path is replaced. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Versions of the running applications. */
  readonly applications: Readonly<Record<string, string>>;
  /** Per module that is loaded: its new object code, and that in the file which its running code came from. */
  readonly objectCode: Readonly<
    Record<string, { readonly next: BasisCode | null; readonly previous: BasisCode | null }>
  >;
  /** The code that is loaded, of each module that the script names; null where it isn't loaded. */
  readonly modules: Readonly<Record<string, BasisCode | null>>;
  /** The errors and warnings. */
  readonly findings: readonly BasisFinding[];
  /** There where the user has missed processes treated as if their child specification named the module. */
  readonly includeMissed?: true | undefined;
  /** There where no states are kept, so that a code_change is taken back by another one. */
  readonly keepState?: "never" | undefined;
  /** There where the user has the node's own release handler do the steps. */
  readonly executor?: "otp" | undefined;
}

/** Code of a module by its MD5, with its version as Erlang writes it; null where that is the MD5, or there is none. */
export interface BasisCode {
  readonly md5: string;
  readonly vsn: string | null;
}

/** A finding by what makes it the same one on another day: not by the processes that it names. */
export interface BasisFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly module: string | null;
}

/** What a plan of the upgrade rests on. */
export function basisOf(upgrade: Upgrade, facts: Facts, findings: readonly Finding[]): PlanBasis {
  const { kind, name, from, to, direction } = upgrade;
  return {
    ...{ kind, name, from, to, direction },
    ...(upgrade.includeMissed === true && { includeMissed: true }),
    ...(upgrade.keepState === "never" && { keepState: "never" }),
    ...(upgrade.executor === "otp" && { executor: "otp" }),
    node: facts.node,
    otpRelease: facts.otpRelease,
    script: upgrade.script.map((step) => printTerm(encodeInstruction(step))),
    libraries: sorted(upgrade.libraries.map(({ application, vsn }) => [application, vsn])),
    applications: sorted(facts.applications.map(({ name, vsn }) => [name, vsn])),
    objectCode: sorted(
      [...upgrade.objectCode.values()].map(({ module, md5, vsn, previousMd5, previousVsn }) => [
        module,
        { next: codeOf(md5, vsn), previous: codeOf(previousMd5, previousVsn) },
      ]),
    ),
    modules: sorted(
      namedModules(upgrade.script).map((module) => {
        const { md5, vsn } = facts.modules.get(module) ?? {};
        return [module, codeOf(md5, vsn)];
      }),
    ),
    findings: findings
      .filter(({ severity }) => severity !== "info")
      .map(({ code, severity, module }) => ({ code, severity, module: module ?? null }))
      .sort((a, b) => compare(findingKey(a), findingKey(b))),
  };
}

function codeOf(md5: string | undefined, vsn: Term | undefined): BasisCode | null {
  if (md5 === undefined) return null;
  return { md5, vsn: vsn === undefined || isMd5Vsn(vsn, md5) ? null : printTerm(vsn) };
}

/** Two findings are the same one where this is. */
export const findingKey = ({ code, severity, module }: BasisFinding): string =>
  `${code} ${severity} ${JSON.stringify(module)}`;

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => compare(a, b)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
