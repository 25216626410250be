import { asAtom, asAtoms, asString } from "./hints.js";
import { aString, anAtom, atomList, catalog } from "./wording.js";

/** The rules for a release resource file, as systools_make:check_rel/1 has them. */
export const relWording = catalog({
  "bad-release": {
    what: "the release",
    expected: "{release, {Name, Version}, {erts, ErtsVersion}, Applications}",
    summary: ({ form, text }) =>
      form === "yaml"
        ? `a release is a mapping with name, vsn, erts and applications, not ${text}`
        : `a release is written {release, {Name, Version}, {erts, ErtsVersion}, Applications}, not ${text}`,
  },
  "bad-release-identity": { what: "the release's identity", expected: "{Name, Version}" },
  "bad-erts": { what: "the third element of a release", expected: "{erts, ErtsVersion}" },
  "bad-release-name": { what: "the release's name", expected: aString, hint: asString },
  "bad-release-version": { what: "the release's version", expected: aString, hint: asString },
  "bad-erts-version": { what: "the version of erts", expected: aString, hint: asString },
  "bad-release-applications": {
    what: "the release's applications",
    plural: true,
    expected: "a list",
    hint: ({ form }) =>
      form === "yaml" ? 'Write a list: - { name: kernel, vsn: "9.0" }' : 'Write a list: [{kernel, "9.0"}, ...].',
  },
  "bad-release-application": {
    what: "an application of a release",
    expected: "one of its forms",
    summary: ({ form, text, note }) =>
      form === "yaml"
        ? `an application of a release is a mapping with name and vsn${note === undefined ? `, not ${text}` : ""}`
        : `an application of a release is written {App, Vsn}, {App, Vsn, Type}, {App, Vsn, Included} or ` +
          `{App, Vsn, Type, Included}, not ${text}`,
    hint: ({ note }) => note,
  },
  "bad-included-applications": {
    what: "the included applications",
    plural: true,
    expected: atomList,
    hint: asAtoms,
  },
  "bad-included-application": { what: "the included application", expected: anAtom, hint: asAtom },
  "missing-mandatory-application": {
    what: "the application",
    expected: "in the release",
    summary: ({ note }) => `the release lacks the application ${note!}`,
    detail: "Every release has kernel and stdlib.",
    hint: ({ note, form }) =>
      form === "yaml" ? `Add - { name: ${note!}, vsn: "..." }` : `Add {${note!}, "<its version>"} to the applications.`,
  },
  "mandatory-application-not-permanent": {
    what: "the application",
    expected: "permanent",
    summary: ({ note, text }) => `${note!} must be permanent, not ${text}`,
    detail: "A release stops when kernel or stdlib does.",
    hint: () => "Leave the start type out, or write permanent.",
  },
  "missing-sasl": {
    what: "sasl",
    expected: "in the release",
    summary: () => "the release lacks the application sasl",
    detail: "OTP's release_handler is part of sasl: without it no relup can be made for this release.",
    hint: () => "Add sasl to the applications.",
  },
  "duplicate-application": {
    what: "the application",
    expected: "named once",
    summary: ({ note }) => `the release names the application ${note!} more than once`,
    hint: () => "Keep one of them.",
  },
});
