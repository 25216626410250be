import { asString } from "./hints.js";
import { aString, catalog, type Found } from "./wording.js";

const upgradeForms = (what: string, entry: string) => (found: Found) =>
  found.form === "yaml"
    ? `${what} is a mapping with vsn, upFrom and downTo, not ${found.text}`
    : `${what} is written {Vsn, [${entry}], [${entry}]}, not ${found.text}`;

/** The rules for `.appup` and `relup` files: appup(4), relup(4). */
export const upgradeFileWording = catalog({
  "bad-appup": {
    what: "an appup",
    expected: "{Vsn, UpFrom, DownTo}",
    summary: upgradeForms("an appup", "{Version, Instructions}"),
  },
  "bad-appup-version": { what: "the version of the application", expected: aString, hint: asString },
  "bad-up-from": { what: "the versions to upgrade from", plural: true, expected: "a list" },
  "bad-down-to": { what: "the versions to downgrade to", plural: true, expected: "a list" },
  "bad-appup-entry": {
    what: "an entry of an appup",
    expected: "{Version, Instructions}",
    summary: ({ form, text }) =>
      form === "yaml"
        ? `an entry of an appup is a mapping with version and instructions, not ${text}`
        : `an entry of an appup is written {Version, Instructions}, not ${text}`,
  },
  "bad-entry-version": {
    what: "the version",
    expected: 'a string, or a regular expression in a binary (<<"1\\\\..*">>)',
    summary: ({ form, text }) =>
      form === "yaml"
        ? `the version must be text, or { regex: "..." }, not ${text}`
        : `the version must be a string, or a binary that is a regular expression, not ${text}`,
    hint: asString,
  },
  "bad-version-pattern": {
    what: "the regular expression",
    expected: "text in UTF-8",
    hint: () => 'Write a binary of text: <<"1\\\\..*">>.',
  },
  "bad-relup": {
    what: "a relup",
    expected: "{Vsn, UpFrom, DownTo}",
    summary: upgradeForms("a relup", "{Vsn, Description, Script}"),
  },
  "bad-relup-version": { what: "the version of the release", expected: aString, hint: asString },
  "bad-relup-entry": {
    what: "an entry of a relup",
    expected: "{Vsn, Description, Script}",
    summary: ({ form, text }) =>
      form === "yaml"
        ? `an entry of a relup is a mapping with vsn and script, not ${text}`
        : `an entry of a relup is written {Vsn, Description, Script}, not ${text}`,
  },
  "bad-description-term": { what: "the description", expected: "a term" },
});
