import type { AppupVersion } from "../records.js";
import { defineRule } from "./rule.js";
import { allAppupScripts } from "./scripts.js";
import { standsFor, versionText } from "./versions.js";

/**
 * Patterns that stand for versions next to those that are meant. OTP compares the whole version, so a pattern needs
 * neither ^ nor $, and lacking them is no fault.
 */
export const versionPatternTooWide = defineRule({
  code: "version-pattern-too-wide",
  severity: "warning",
  meaning: "A pattern for versions also stands for versions that were hardly meant: `1.2` for 112, `1\\.2.*` for 1.20.",
  check: (context) =>
    allAppupScripts(context).flatMap((script) => {
      const { version } = script;
      const fault = "regex" in version ? (bareDot(version) ?? openNumber(version)) : undefined;
      return fault === undefined ? [] : [{ ...fault, span: script.locateVersion() }];
    }),
});

interface Regex {
  readonly regex: string;
}

/** The pattern with a letter in the place of each escaped character and each class. */
const outline = ({ regex }: Regex): string => regex.replaceAll(/\\./gs, "E").replaceAll(/\[[^\]]*\]/g, "C");

/** A dot between digits that stands for any character. */
function bareDot(version: Regex) {
  if (!/\d\.\d/.test(outline(version))) return undefined;
  const escaped = version.regex.replaceAll(/(?<=\d)\.(?=\d)/g, "\\.");
  // 1.2.3 stands for 1.213 too.
  const example = version.regex.replace(/(?<=\d)\.(?=\d+\D*$)/, "1");
  return {
    summary: `the pattern ${versionText(version)} also stands for ${shown(version, example) ?? "other versions"}`,
    detail: "A dot in a pattern is any character.",
    hint: `Write ${inSource({ regex: escaped })}${isPlain(version) ? `, or the version as a string: "${version.regex}"` : ""}.`,
  };
}

/** A number that may go on: `1\.2.*`. */
function openNumber(version: Regex) {
  if (!/\d\.[*+]/.test(outline(version))) return undefined;
  const [, start] = /^\^?((?:\d|\\\.)*\d)\.[*+]\$?$/.exec(version.regex) ?? [];
  const literal = start?.replaceAll("\\.", ".");
  const example = literal === undefined ? undefined : shown(version, `${literal}0`);
  return {
    summary: `the pattern ${versionText(version)} also stands for ${example ?? "longer numbers"}`,
    detail: "What follows the last digit may be another digit.",
    hint:
      start === undefined
        ? "End the number with \\\\. before what may follow it."
        : `Write ${inSource({ regex: `${start}(\\..*)?` })} for ${literal!} and the versions below it.`,
  };
}

const isPlain = ({ regex }: Regex): boolean => /^[\d.]+$/.test(regex);

/** The example, where the pattern really stands for it. */
const shown = (version: AppupVersion, example: string): string | undefined =>
  standsFor(version, example) === true ? example : undefined;

/** A pattern as Erlang source has it. */
const inSource = ({ regex }: Regex): string => `<<"${regex.replaceAll("\\", "\\\\")}">>`;
