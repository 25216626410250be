import { translateRegex, UnsupportedRegex } from "./translate.js";

/**
 * Whether the match that Erlang's `re:run(Subject, Pattern, [unicode])` finds is the whole subject: not whether some match
 * is, so `1|1.2` doesn't match `1.2`. This is how systools compares versions and directory names.
 *
 * @throws UnsupportedRegex as {@link translateRegex}
 */
export function matchesWhole(pattern: string, subject: string): boolean {
  return compileWholeMatch(pattern)(subject);
}

/** {@link matchesWhole} for many subjects. */
export function compileWholeMatch(pattern: string): (subject: string) => boolean {
  const { source, asciiOnly } = translateRegex(pattern);
  const regex = new RegExp(source, "u");
  return (subject) => {
    if (asciiOnly && /[^\0-\x7f]/.test(subject)) {
      throw new UnsupportedRegex("\\d, \\s or \\w where there are characters beyond ASCII", 0);
    }
    return regex.exec(subject)?.[0] === subject;
  };
}
