import type { Unpacked } from "../../engine/releases/unpack.js";
import { count, someOf, wrap, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";
import { sizeText } from "./size.js";

/** What `unpack` did, as JSON. */
export function unpackJson(unpacked: Unpacked): object {
  const { warnings, ...rest } = unpacked;
  return { ...rest, warnings: warnings.map(problemJson) };
}

/** What `unpack` did, for people. */
export function unpackText(unpacked: Unpacked, paint: Paint): string {
  const { node, name, vsn, result, newLibraries, sharedLibraries, deleted, warnings } = unpacked;
  const what = paint.strong(`${name} ${vsn}`);
  const parts = warnings.map((warning) => problemText(warning, paint));
  const lines: string[] = [];
  switch (result) {
    case "unchanged":
      lines.push(`${what} is unpacked on ${node} already, and each file is as in the package.`);
      break;
    case "checked":
      lines.push(
        `${what} could be unpacked on ${node}. Nothing was changed.`,
        librariesText(newLibraries, sharedLibraries),
      );
      break;
    case "unpacked":
      if (deleted.length > 0) lines.push(`Deleted first, left from an earlier try: ${someOf(deleted, 5)}.`);
      lines.push(`${paint.good("Unpacked")} ${what} on ${node}.`, librariesText(newLibraries, sharedLibraries));
      lines.push(`${sentText(unpacked)} Each file was read back on the node (${unpacked.verifiedBy}).`);
      lines.push(`Next: relupctl plan ${vsn}, then relupctl apply ${vsn}.`);
  }
  return [...parts, lines.map((line) => wrap(line, paint.width, 2, 0)).join("\n")].join("\n\n");
}

const librariesText = (fresh: readonly string[], shared: readonly string[]): string =>
  `${count(fresh.length, "new library", "new libraries")}${fresh.length > 0 ? ` (${someOf(fresh, 8)})` : ""}, ${shared.length} that the node has already.`;

function sentText({ packageBytes, resumedBytes }: Unpacked): string {
  if (resumedBytes === packageBytes) return `The package (${sizeText(packageBytes)}) was on the node already.`;
  const sent = sizeText(packageBytes - resumedBytes);
  return resumedBytes === 0
    ? `${sent} were sent.`
    : `${sent} were sent; ${sizeText(resumedBytes)} were there from an earlier try.`;
}
