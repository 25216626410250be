import { allEnv, loadedApplications } from "../../otp/application.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { App } from "../../release/records.js";
import { readSysConfig } from "../../release/sys-config.js";
import type { Target } from "../../target/target.js";
import { atomName, keyFind, listElements, tupleElements } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import type { Problem } from "../../terms/problem.js";
import { someOf } from "../../terms/some-of.js";
import { list, type Term } from "../../terms/term.js";
import { problemOf } from "../failure.js";
import { nodeFiles } from "../node-files.js";
import { bootConfig } from "../source/config-providers.js";
import { configTerm } from "../source/release.js";
import type { Account } from "./account.js";
import type { NodeRelease } from "./inventory.js";

/** Where an Elixir release has its providers; it is no setting of anybody's. */
const PROVIDERS = "config_provider_init";

/**
 * What a start would set in an application's environment otherwise than it is now; with config providers (Elixir) they are
 * asked what that would be. A running system may well set things itself, so these are warnings.
 */
export async function environmentProblems(
  target: Target,
  { relDir }: Account,
  { vsn }: NodeRelease,
  apps: readonly App[],
  options: CallOptions,
): Promise<Problem[]> {
  const read = configTerm(await readSysConfig(nodeFiles(target, options), `${relDir}/${vsn}/sys.config`));
  let config: Term;
  try {
    config = await bootConfig(target, read, options);
  } catch (error) {
    const problem = problemOf(error, "config-provider-failed", "what a start would configure can't be told");
    return [{ ...problem, severity: "warning" }];
  }
  // One that isn't loaded has no environment (iex, in an Elixir release).
  const loaded = new Set((await loadedApplications(target, options)).map(({ name }) => name));
  const differences = await Promise.all(
    apps.filter(({ name }) => loaded.has(name)).map(async (app) => {
      const wanted = new Map<string, Term>([...(app.env ?? []), ...readEnvironment(keyFind(config, app.name) ?? list())]);
      const now = readEnvironment(await allEnv(target, app.name, options));
      return [...wanted]
        .filter(([key, value]) => !isSet(now.get(key), value) && key !== PROVIDERS)
        .map(([key]) => `${app.name}: ${key}`);
    }),
  );
  const different = differences.flat();
  if (different.length === 0) return [];
  return [
    {
      code: "environment-differs",
      severity: "warning",
      summary: "environments of applications are not what a start would set",
      detail: `${someOf(different, 12)}.`,
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
