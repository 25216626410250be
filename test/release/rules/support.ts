import { expect } from "vitest";
import { check, type Checked } from "../../../src/release/check/check.js";
import type { FileReader } from "../../../src/release/reader.js";
import type { Rule } from "../../../src/release/rules/index.js";
import type { Problem } from "../../../src/terms/problem.js";

/** Files by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A reader of files that are in no file system; `log` keeps what was read. */
export function memoryFiles(files: Files, log: string[] = []): FileReader {
  const paths = Object.keys(files);
  return {
    read: async (path) => {
      log.push(path);
      const content = files[plain(path)];
      return typeof content === "string" ? new TextEncoder().encode(content) : content;
    },
    list: async (directory) => {
      const prefix = directory === "." ? "" : `${plain(directory)}/`;
      const inside = paths.filter((path) => path.startsWith(prefix));
      if (inside.length === 0) return undefined;
      return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0]!))];
    },
  };
}

/** A path without `./` before it and `/` behind it. */
const plain = (path: string): string => path.replace(/^\.\//, "").replace(/\/$/, "");

/** What one rule finds in the files, which lie in a release root called `root` unless another path is given. */
export async function findings(rule: Rule, files: Files, path = "root"): Promise<readonly Problem[]> {
  const { problems } = await checkWith(rule, files, path);
  const codes = new Set(rule.codes.map(({ code }) => code));
  const found = problems.filter(({ code }) => codes.has(code));
  for (const problem of found) {
    // What holds of every finding of every rule.
    expect(problem).toMatchObject({ severity: severityOf(rule, problem.code) });
    expect(problem.hint, problem.summary).toMatch(/\S/);
    expect(problem.span, problem.summary).toBeDefined();
    expect(problem.summary).not.toMatch(/undefined|\[object|\n/);
    expect(`${problem.detail ?? ""}${problem.hint!}`).not.toMatch(/undefined|\[object/);
  }
  return found;
}

const severityOf = (rule: Rule, code: string) => rule.codes.find((each) => each.code === code)!.severity;

const checkWith = (rule: Rule, files: Files, path: string): Promise<Checked> => check(memoryFiles(files), path, [rule]);

/** Where a problem points: `file:line` and the text that is underlined. */
export function placeOf({ span }: Problem): string {
  const { file, start, end, lineText } = span!;
  const characters = Array.from(lineText);
  const last = start.line === end.line ? end.column - 1 : characters.length;
  return `${file}:${start.line} ${characters.slice(start.column - 1, last).join("")}`;
}

/** The summaries and places of what a rule finds. */
export async function found(rule: Rule, files: Files, path = "root"): Promise<(readonly [string, string])[]> {
  return (await findings(rule, files, path)).map((problem) => [problem.summary, placeOf(problem)] as const);
}

export interface AppOptions {
  readonly modules?: readonly string[];
  readonly registered?: readonly string[];
  readonly applications?: readonly string[];
  readonly included?: readonly string[];
}

/** The text of an `.app`. */
export function appText(name: string, vsn: string, given: AppOptions = {}): string {
  const { modules = [name], registered = [], applications = ["kernel", "stdlib"], included } = given;
  const atoms = (names: readonly string[]): string => `[${names.join(", ")}]`;
  return [
    `{application, ${name}, [{description, "${name}"}, {vsn, "${vsn}"},`,
    `  {modules, ${atoms(modules)}},`,
    `  {registered, ${atoms(registered)}},`,
    ...(included === undefined ? [] : [`  {included_applications, ${atoms(included)}},`]),
    `  {applications, ${atoms(applications)}}]}.`,
    "",
  ].join("\n");
}

/** The text of a `.rel`, with kernel, stdlib and sasl before the given applications. */
export function relText(name: string, vsn: string, applications: Readonly<Record<string, string>>): string {
  const all = { kernel: "8.5.3", stdlib: "4.2", sasl: "4.2", ...applications };
  const entries = Object.entries(all).map(([app, version]) => `  {${app}, "${version}"}`);
  return `{release, {"${name}", "${vsn}"}, {erts, "13.1.5"}, [\n${entries.join(",\n")}]}.\n`;
}

/** An appup on three lines: version, up, down. */
export const appupText = (vsn: string, up: string, down = "[]"): string => `{"${vsn}",\n ${up},\n ${down}}.\n`;

/** One version of the application `shop` in the root's `lib`. */
export function shop(vsn: string, appup: string | undefined, given: AppOptions = {}, more: Files = {}): Files {
  const ebin = `root/lib/shop-${vsn}/ebin`;
  return {
    [`${ebin}/shop.app`]: appText("shop", vsn, given),
    ...(appup === undefined ? {} : { [`${ebin}/shop.appup`]: appup }),
    ...Object.fromEntries(Object.entries(more).map(([name, content]) => [`${ebin}/${name}`, content])),
  };
}

/** A release of `shop` in the root. */
export const shopRelease = (vsn: string, shopVsn = vsn, relup?: string): Files => ({
  [`root/releases/${vsn}/shop.rel`]: relText("shop", vsn, { shop: shopVsn }),
  ...(relup === undefined ? {} : { [`root/releases/${vsn}/relup`]: relup }),
});

/** The path of a file of `shop`. */
export const inShop = (vsn: string, name: string): string => `root/lib/shop-${vsn}/ebin/${name}`;
