import { translateRegex, UnsupportedRegex } from "../regex/translate.js";
import { defineRule } from "./rule.js";
import { allAppupScripts } from "./scripts.js";
import { versionText } from "./versions.js";

export const unsupportedVersionPattern = defineRule({
  code: "unsupported-version-pattern",
  severity: "warning",
  meaning: "A pattern for versions is wrong, or uses a part of PCRE that relupctl doesn't judge.",
  check: (context) =>
    allAppupScripts(context).flatMap((script) => {
      const { version } = script;
      const fault = "regex" in version ? faultOf(version.regex) : undefined;
      if (fault === undefined) return [];
      return [
        {
          summary: `the pattern ${versionText(version)} can't be judged: ${fault.message}`,
          detail: `At character ${fault.position + 1}. relupctl relup and plan refuse it where they come to it.`,
          hint: "Write the versions out, or a simpler pattern.",
          span: script.locateVersion(),
        },
      ];
    }),
});

function faultOf(pattern: string): UnsupportedRegex | undefined {
  try {
    translateRegex(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedRegex) return error;
    throw error;
  }
}
