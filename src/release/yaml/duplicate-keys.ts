import * as yaml from "yaml";
import type { Problem } from "../../terms/problem.js";
import { describeKey } from "../draft/found.js";
import type { SourceText } from "../../terms/source-text.js";

/** The keys that their mapping has already. */
export function findDuplicateKeys(root: yaml.Node | null): readonly yaml.Scalar[] {
  const found: yaml.Scalar[] = [];
  yaml.visit(root, {
    Map: (_, mapping) => {
      const seen = new Set<unknown>();
      for (const { key } of mapping.items) {
        if (!yaml.isScalar(key)) continue;
        if (seen.has(key.value)) found.push(key);
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** The problem of such a key. */
export function duplicateKey(key: yaml.Scalar, source: SourceText): Problem {
  const [start, end] = key.range!;
  return {
    code: "duplicate-key",
    severity: "error",
    summary: `the key ${describeKey(String(key.value))} is written twice in one mapping`,
    hint: "Keep one of them.",
    span: source.span(start, end),
  };
}
