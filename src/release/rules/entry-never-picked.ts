import type { AppupVersion } from "../records.js";
import type { CheckContext } from "./context.js";
import { defineRule, type Found } from "./rule.js";
import { appupScripts, relupScripts, type Script } from "./scripts.js";
import { standsFor, versionText } from "./versions.js";

/** systools_relup:appup_search_for_version/2 and release_handler take the first entry that fits. */
export const entryNeverPicked = defineRule({
  code: "entry-never-picked",
  severity: "error",
  meaning: "An entry of an appup or a relup stands behind another one for the same version, so it is never used.",
  check: (context) => scriptsByFile(context).flatMap(neverPicked),
});

const scriptsByFile = ({ applications, releases }: CheckContext): Script[][] => [
  ...applications.flatMap(({ appup }) => (appup === undefined ? [] : [appupScripts(appup)])),
  ...releases.flatMap(({ relup }) => (relup === undefined ? [] : [relupScripts(relup)])),
];

function neverPicked(scripts: readonly Script[]): Found[] {
  return scripts.flatMap((script, index) => {
    const before = scripts.slice(0, index).filter(({ direction }) => direction === script.direction);
    const picked = before.find(({ version }) => covers(version, script.version));
    if (picked === undefined) return [];
    const line = picked.locateVersion().start.line;
    return [
      {
        summary: `the entry for ${versionText(script.version)} is never used: that of line ${line} comes first`,
        detail: `OTP takes the first entry that fits, and ${fits(picked.version)} does.`,
        hint: isSame(picked.version, script.version) ? "Keep one of them." : "Put this entry before the other one.",
        span: script.locateVersion(),
      },
    ];
  });
}

/** Whether every version that the second stands for is one that the first does, as far as can be told. */
const covers = (first: AppupVersion, second: AppupVersion): boolean =>
  "exact" in second ? standsFor(first, second.exact) === true : isSame(first, second) || isAnything(first);

const isAnything = (version: AppupVersion): boolean => "regex" in version && /^\^?\.[*+]\$?$/.test(version.regex);

function isSame(a: AppupVersion, b: AppupVersion): boolean {
  return "exact" in a ? "exact" in b && a.exact === b.exact : "regex" in b && a.regex === b.regex;
}

const fits = (version: AppupVersion): string =>
  "exact" in version ? `the one for ${version.exact}` : `the pattern ${versionText(version)}`;
