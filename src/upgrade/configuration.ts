import { atomName, listElements, tupleElements } from "../terms/access.js";
import { equals } from "../terms/equal.js";
import { printTerm } from "../terms/print.js";
import type { Term } from "../terms/term.js";

/**
 * What differs between two configurations (`[{Application, [{Key, Value}]}]`), as lines: `- app key old` and
 * `+ app key new`. What looks like a secret is not shown, nor what an Elixir release's providers are: what they make of
 * the configuration is.
 */
export function configurationDifferences(before: Term, after: Term): string[] {
  return differences(keysOf(before), keysOf(after));
}

const PROVIDERS = "elixir config_provider_init";

/** The values by application and key: of `[{Application, [{Key, Value}]}]`. */
function keysOf(config: Term): Map<string, Term> {
  const values = new Map<string, Term>();
  for (const application of listElements(config) ?? []) {
    const [name, environment] = tupleElements(application, 2) ?? [];
    for (const pair of listElements(environment) ?? []) {
      const [key, value] = tupleElements(pair, 2) ?? [];
      const path = `${atomName(name)} ${atomName(key)}`;
      if (value !== undefined && path !== PROVIDERS) values.set(path, value);
    }
  }
  return values;
}

function differences(before: ReadonlyMap<string, Term>, after: ReadonlyMap<string, Term>): string[] {
  const lines: string[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(key), after.get(key)];
    if (old !== undefined && now !== undefined && equals(old, now)) continue;
    if (old !== undefined) lines.push(`- ${key} ${shown(key, old)}`);
    if (now !== undefined) lines.push(`+ ${key} ${shown(key, now)}`);
  }
  return lines;
}

const LONGEST = 80;
/** What such a key holds is not for a terminal or a log. */
const SECRET = /pass|secret|token|cookie|credential|private|salt|api_?key|_key$/i;

function shown(key: string, value: Term): string {
  const text = printTerm(value);
  if (SECRET.test(key) || SECRET.test(text)) return "(not shown)";
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}
