import { allEnv } from "../../otp/application.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { App } from "../../release/records.js";
import { readSysConfig } from "../../release/sys-config.js";
import type { Target } from "../../target/target.js";
import { atomName, listElements, tupleElements } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import type { Problem } from "../../terms/problem.js";
import type { Term } from "../../terms/term.js";
import { nodeFiles } from "../node-files.js";
import type { Account } from "./account.js";
import type { NodeRelease } from "./inventory.js";

/** An Elixir release's key for the providers that make more of its configuration when it boots. */
const PROVIDERS = "config_provider_init";

/**
 * What a start would set in an application's environment otherwise than it is now. A running system may well set things
 * itself, so these are warnings. With config providers (Elixir) nobody knows before the start: that is said instead.
 */
export async function environmentProblems(
  target: Target,
  { relDir }: Account,
  { vsn }: NodeRelease,
  apps: readonly App[],
  options: CallOptions,
): Promise<Problem[]> {
  const config = new Map(await readSysConfig(nodeFiles(target, options), `${relDir}/${vsn}/sys.config`));
  const hasProviders = config.get("elixir")?.some(([key]) => key === PROVIDERS) === true;
  const differences = await Promise.all(
    apps.map(async (app) => {
      const wanted = new Map<string, Term>([...(app.env ?? []), ...(config.get(app.name) ?? [])]);
      const now = readEnvironment(await allEnv(target, app.name, options));
      return [...wanted]
        .filter(([key, value]) => !isSet(now.get(key), value) && key !== PROVIDERS)
        .map(([key]) => `${app.name}: ${key}`);
    }),
  );
  const different = differences.flat();
  if (different.length === 0 || hasProviders) return [];
  return [
    {
      code: "environment-differs",
      severity: "warning",
      summary: "environments of applications are not what a start would set",
      detail: `${different.slice(0, 12).join(", ")}${different.length > 12 ? ` and ${different.length - 12} more` : ""}.`,
      hint: "Where that was set by hand, it will be gone after a restart.",
    },
  ];
}

const isSet = (now: Term | undefined, wanted: Term): boolean => now !== undefined && equals(now, wanted);

function readEnvironment(term: Term): Map<string, Term> {
  const pairs = (listElements(term) ?? []).flatMap((each) => {
    const [key, value] = tupleElements(each, 2) ?? [];
    const name = atomName(key);
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return new Map(pairs);
}
