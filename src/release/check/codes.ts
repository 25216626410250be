import type { CodeMeaning } from "../rules/index.js";
import { wordings, type RuleId } from "../wording/catalog.js";

const error = (code: string, meaning: string): CodeMeaning => ({ code, severity: "error", meaning });
const warning = (code: string, meaning: string): CodeMeaning => ({ code, severity: "warning", meaning });

/** What is found before a manifest can be judged: in the text of files, and in what lies where. */
const filesAndPlaces: readonly CodeMeaning[] = [
  error("nothing-to-check", "What was named is no manifest, no application and no release root."),
  error("file-not-readable", "A file is there, but can't be read."),
  error("syntax-error", "The text is neither what `file:consult/1` accepts nor YAML."),
  error("more-than-one-term", "A second term stands in a file that holds one."),
  warning("ignored-terms", "A second term stands in an appup; only the first counts."),
  warning("outdated-syntax", 'Only OTP up to 26 reads the text: `maybe` without quotes, `"a""b"`, an odd `\\^`.'),
  error("more-problems", "A file has more problems than are shown at once."),
  error("too-deep", "The text is nested too deeply."),
  error("file-too-large", "A YAML file is too large to be read."),
  error("alias-bomb", "The aliases of a YAML file would grow without measure."),
  error("two-forms", "A manifest lies there both as Erlang terms and as YAML."),
  error("root-not-found", "A directory is no release root."),
  error("bad-releases-file", "`RELEASES` isn't what release_handler wrote."),
  error("release-not-found", "There is no such release in the root."),
  error("release-version-mismatch", "A `.rel` has another version than the directory that it lies in."),
  warning("ambiguous-release", "A directory holds several releases, so relupctl can't tell which one it is."),
  error("application-not-found", "A release names an application that isn't in the root."),
  error("application-mismatch", "An `.app` has another name or version than the release asks for."),
  error("sys-config-invalid", "`sys.config` doesn't hold a list of `{Application, [{Key, Value}]}`."),
  error("sys-config-holds-fun", "`sys.config` holds a fun that can't be read back, so OTP would take it for empty."),
];

/** Rules of the catalog that a valid file can break. */
const warnings: ReadonlySet<string> = new Set<RuleId>([
  "ignored-key",
  "ignored-element",
  "odd-runtime-dependencies",
  "repeated-name",
  "repeated-parameter",
  "missing-sasl",
  "duplicate-application",
]);

/** Everything that reading can find; what the rules find is said by the rules. */
export const readingCodes: readonly CodeMeaning[] = [...filesAndPlaces, ...Object.keys(wordings).map(wordingCode)];

function wordingCode(code: string): CodeMeaning {
  const { what, expected } = wordings[code as RuleId];
  const mustBe = typeof expected === "string" ? expected : expected.erlang;
  const meaning = `${what.charAt(0).toUpperCase()}${what.slice(1)} must be ${mustBe}.`;
  return warnings.has(code) ? warning(code, meaning) : error(code, meaning);
}
