import { catalog } from "./wording.js";

/** The rules that hold in every manifest. */
export const sharedWording = catalog({
  "unknown-key": {
    what: "the key",
    expected: "one that this part has",
    summary: ({ text }) => `unknown key ${text}`,
    hint: ({ note }) => note,
  },
  "duplicate-key": {
    what: "the key",
    expected: "written once",
    summary: ({ text }) => `${text} is written twice`,
    detail: "OTP takes the first and says nothing of the others.",
    hint: () => "Keep one of them.",
  },
  "atom-too-long": {
    what: "the name of an atom",
    expected: "at most 255 characters long",
    summary: () => "the name of an atom can't have more than 255 characters",
  },
  "lone-surrogate": {
    what: "the text",
    expected: "made of characters",
    summary: () => "the text holds half of a surrogate pair, which is no character",
  },
  "ambiguous-term": {
    what: "the value",
    expected: "an Erlang term",
    summary: ({ text }) => `it isn't clear which Erlang term ${text} is`,
    detail:
      "Where any term may stand, integers, floats, true, false, lists and text in quotes (a string) can be plain YAML.",
    hint: ({ note }) => note,
  },
});
