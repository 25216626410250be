import { List } from "../../terms/term.js";
import { asAtom, asAtoms, asString } from "./hints.js";
import { aString, anAtom, atomList, catalog, type Found } from "./wording.js";

const pairs = ({ form, value }: Found): string | undefined => {
  if (form === "yaml") return "Write a mapping: { key: value }.";
  return value instanceof List ? undefined : "Write a list of pairs: [{key, Value}].";
};

/** The rules for an application resource file, as systools_make:parse_application/4 has them. */
export const appWording = catalog({
  "bad-application-file": {
    what: "the application",
    expected: "{application, Name, [{Key, Value}]}",
    summary: ({ form, text }) =>
      form === "yaml"
        ? `an application is a mapping with name, vsn, description and others, not ${text}`
        : `an application is written {application, Name, [{Key, Value}]}, not ${text}`,
  },
  "bad-application-name": { what: "the application's name", expected: anAtom, hint: asAtom },
  "bad-application-key": {
    what: "a key of an application",
    expected: "{Key, Value}",
    summary: ({ text }) => `a key of an application is written {Key, Value}, not ${text}`,
  },
  "misspelt-application-key": {
    what: "the key",
    expected: "one that app(4) knows",
    summary: ({ text, note }) => `${text} is not a key of app(4), and ${note!} is missing`,
    hint: ({ note }) => `Did you mean ${note!}?`,
  },
  "bad-description": {
    what: "the description",
    expected: aString,
    hint: asString,
    example: '{description, "..."}',
  },
  "bad-id": { what: "the id", expected: aString, hint: asString },
  "bad-app-modules": {
    what: "the modules of the application",
    plural: true,
    example: "{modules, [...]}",
    expected: atomList,
    hint: asAtoms,
  },
  "bad-registered": {
    what: "the registered names",
    plural: true,
    expected: atomList,
    hint: asAtoms,
    example: "{registered, []}",
  },
  "bad-registered-name": { what: "the registered name", expected: anAtom, hint: asAtom },
  "bad-applications": {
    what: "the applications that must run before this one",
    plural: true,
    example: "{applications, [kernel, stdlib]}",
    expected: atomList,
    hint: asAtoms,
  },
  "bad-optional-applications": { what: "the optional applications", plural: true, expected: atomList, hint: asAtoms },
  "bad-env": {
    what: "the environment (env)",
    expected: { erlang: "a list of {Key, Value} whose keys are atoms", yaml: "a mapping" },
    hint: pairs,
  },
  "bad-env-key": { what: "the key of the environment", expected: anAtom, hint: asAtom },
  "bad-env-pair": {
    what: "a parameter of the environment",
    expected: "{Key, Value}",
  },
  "bad-start-phases": {
    what: "the start phases",
    plural: true,
    expected: { erlang: "a list of {Phase, Arguments} whose phases are atoms", yaml: "a mapping" },
    hint: pairs,
  },
  "bad-start-phase-name": { what: "the start phase", expected: anAtom, hint: asAtom },
  "bad-start-phase": { what: "a start phase", expected: "{Phase, Arguments}" },
  "bad-value": { what: "the value", expected: "a term" },
  "bad-max-time": { what: "maxT", expected: "a number of milliseconds above 0, or infinity" },
  "bad-max-processes": { what: "maxP", expected: "a number above 0, or infinity" },
  "bad-mod": {
    what: "mod",
    expected: {
      erlang: "{Module, Arguments}, or [] for an application without processes",
      yaml: "a mapping with module and args, or [] for an application without processes",
    },
    hint: ({ form, value }) =>
      form === "yaml"
        ? "Write { module: my_app, args: [] }, or leave mod out."
        : value === undefined
          ? undefined
          : "Write {mod, {my_app, []}}, or leave mod out.",
  },
  "bad-runtime-dependencies": {
    what: "the runtime dependencies",
    plural: true,
    expected: { erlang: "a list of strings", yaml: "a list of texts" },
    hint: ({ form }) =>
      form === "yaml" ? 'Write a list of texts: ["kernel-8.0"].' : 'Write a list of strings: ["kernel-8.0"].',
  },
  "bad-runtime-dependency": { what: "the runtime dependency", expected: aString, hint: asString },
  "bad-extra-keys": { what: "the extra keys", expected: "a mapping", hint: pairs },
  "bad-extra-key": { what: "the extra key", expected: "a name" },
  "known-extra-key": {
    what: "the extra key",
    expected: "one that app(4) doesn't know",
    summary: ({ note }) => `${note!} is a key that app(4) knows`,
    hint: () => "Write it beside extra, not in it.",
  },
  "bad-order": { what: "the order of the keys", expected: "a list of names as app(4) spells them" },
  "bad-order-key": {
    what: "the key",
    expected: "one that the application has, and once",
    summary: ({ text }) => `the order names ${text}, which the application doesn't have, or not twice`,
  },
  "ignored-key": {
    what: "the key",
    expected: "written once",
    summary: ({ note }) => `OTP takes the first ${note!} and ignores this one`,
    hint: () => "Keep one of them.",
  },
  "ignored-element": {
    what: "the element",
    expected: "{Key, Value}",
    summary: ({ text }) => `OTP ignores what is no {Key, Value}: ${text}`,
    hint: () => "Take it out.",
  },
  "repeated-name": {
    what: "a name in a list of an application",
    expected: "listed once",
    summary: ({ note }) => note!,
    detail: "Since OTP 26 (sasl 4.2.1), systools makes no release and no relup with this file: it answers dupl_entry.",
    hint: () => "Keep one of them.",
  },
  "repeated-parameter": {
    what: "a parameter of the environment",
    expected: "written once",
    summary: ({ note }) => note!,
    detail: "OTP 27 refuses to load an application with such an environment; OTP 25 takes it.",
    hint: () => "Keep one of them.",
  },
  "odd-runtime-dependencies": {
    what: "the runtime dependencies",
    expected: "a list of strings",
    summary: ({ text }) => `the runtime dependencies are no list of strings, but ${text}`,
    detail: "OTP doesn't look at them; tools that do won't understand them.",
  },
});
