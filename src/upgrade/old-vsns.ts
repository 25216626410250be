import { BeamError, readAbstractCode, readBeam } from "../beam/beam.js";
import { oldVsnPatterns, type OldVsnPatterns } from "../release/rules/old-vsn-patterns.js";
import type { ObjectCode, Upgrade } from "./upgrade.js";

/** What the newer version of a module says of the old version that its code_change is given. */
export interface ExpectedVsns {
  /** What the clauses of code_change take in the upgrade's direction. */
  readonly patterns: OldVsnPatterns;
  /** True when the older version's source says `-version`, which means nothing. */
  readonly saysVersion: boolean;
}

interface Binary {
  readonly bytes: Uint8Array;
}

/**
 * Adds to the object code of an upgrade which old versions code_change takes, for the modules whose code_change the
 * script calls: reading abstract code costs time, and no other module needs it. Whichever way the upgrade goes it is the
 * newer version whose code_change is called. Where the older one isn't at hand, as offline, the newer one stands in for
 * what its source says.
 * @param code of each module, as it was read
 */
export function withExpectedVsns(
  { script, direction, objectCode }: Pick<Upgrade, "script" | "direction" | "objectCode">,
  code: ReadonlyMap<string, { readonly next?: Binary; readonly previous?: Binary }>,
): ReadonlyMap<string, ObjectCode> {
  const changed = new Set(
    script.flatMap((step) => (step.instruction === "code_change" ? step.modules.map(({ module }) => module) : [])),
  );
  return new Map(
    [...objectCode].map(([module, facts]): [string, ObjectCode] => {
      const { next, previous } = (changed.has(module) ? code.get(module) : undefined) ?? {};
      const [newer, older] = direction === "up" ? [next, previous] : [previous, next];
      const expectedVsns = newer && readable(() => expectedOf(direction, newer, older ?? newer));
      return [module, expectedVsns === undefined ? facts : { ...facts, expectedVsns }];
    }),
  );
}

/** The same, where what it was told from isn't the code that will be changed. */
export const withoutExpectedVsns = (objectCode: ReadonlyMap<string, ObjectCode>): ReadonlyMap<string, ObjectCode> =>
  new Map([...objectCode].map(([module, facts]) => [module, { ...facts, expectedVsns: undefined }]));

function expectedOf(direction: "up" | "down", newer: Binary, older: Binary): ExpectedVsns | undefined {
  if (!readBeam(newer.bytes).hasDebugInfo) return undefined;
  const forms = readAbstractCode(newer.bytes);
  const patterns = forms === undefined ? undefined : oldVsnPatterns(forms, direction);
  const saysVersion = (): boolean => readBeam(older.bytes).attributes.get("version") !== undefined;
  return patterns && { patterns, saysVersion: readable(saysVersion) === true };
}

/** Undefined for what is no BEAM file, or a damaged one. */
function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BeamError) return undefined;
    throw error;
  }
}
