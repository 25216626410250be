import * as yaml from "yaml";
import type { Problem } from "../../terms/problem.js";
import type { SourceText } from "../../terms/source-text.js";

/** A problem for every key that its mapping has already. */
export function findDuplicateKeys(root: yaml.Node | null, source: SourceText): readonly Problem[] {
  const problems: Problem[] = [];
  yaml.visit(root, {
    Map: (_, mapping) => {
      const seen = new Set<unknown>();
      for (const { key } of mapping.items) {
        if (!yaml.isScalar(key)) continue;
        if (seen.has(key.value)) problems.push(duplicate(key, source));
        seen.add(key.value);
      }
    },
  });
  return problems;
}

function duplicate(key: yaml.Scalar, source: SourceText): Problem {
  const [start, end] = key.range!;
  return {
    code: "duplicate-key",
    severity: "error",
    summary: `the key ${String(key.value)} is written twice in one mapping`,
    hint: "Keep one of them.",
    span: source.span(start, end),
  };
}
