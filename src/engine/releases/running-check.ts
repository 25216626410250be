import { libDir, loadedMd5s } from "../../otp/code.js";
import { whichApplications } from "../../otp/application.js";
import type { CallOptions } from "../../otp/invoke.js";
import { objectFileMd5s } from "../../otp/object-files.js";
import { readApp } from "../../release/read.js";
import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import { nodeFiles } from "../node-files.js";
import { environmentProblems } from "./environment-check.js";
import { packageForm } from "./package-form.js";
import type { Account } from "./account.js";
import type { NodeRelease } from "./inventory.js";

export interface RunningCheck {
  /** The modules of the release's applications. */
  readonly modules: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * Is what runs the release? Its applications in their versions, the code path, the loaded code against the files that a
 * start would load, and the environments against what a start would set.
 */
export async function checkRunning(
  target: Target,
  account: Account,
  release: NodeRelease,
  options: CallOptions,
): Promise<RunningCheck> {
  const files = nodeFiles(target, options);
  const running = new Map((await whichApplications(target, options)).map(({ name, vsn }) => [name, vsn]));
  const { extension, manifestEndings } = await packageForm(target, options);
  const apps = await Promise.all(
    release.libraries.map(async (library) => {
      const paths = manifestEndings.map((ending) => `${library.dir}/ebin/${library.name}.app${ending}`);
      const contents = await Promise.all(paths.map((path) => files.read(path)));
      const at = contents.findIndex((content) => content !== undefined);
      return { library, app: at < 0 ? undefined : readApp(contents[at]!, paths[at]!).record };
    }),
  );
  // An Elixir release has its protocols a second time, consolidated, and loads those.
  const consolidated = `${account.relDir}/${release.vsn}/consolidated`;
  const protocols = new Set(await files.list(consolidated));
  const modules = apps.flatMap(({ library, app }) =>
    (app?.modules ?? []).map((module) => {
      const name = `${module}${extension}`;
      return { module, file: protocols.has(name) ? `${consolidated}/${name}` : `${library.dir}/ebin/${name}` };
    }),
  );
  const versions = release.libraries.flatMap(({ name, vsn }) => {
    const runs = running.get(name);
    return runs === undefined || runs === vsn ? [] : [`${name} is ${runs} and not ${vsn}`];
  });
  const [paths, code, environment] = await Promise.all([
    pathProblems(target, release, options),
    otherCode(target, modules, options),
    environmentProblems(target, account, release, apps.flatMap(({ app }) => app ?? []), options),
  ]);
  return {
    modules: new Set(modules.map(({ module }) => module)),
    problems: [
      ...problem("version-differs", "the node runs applications in other versions than the release has", versions),
      ...problem("code-path-differs", "the code path leads to other directories than those of the release", paths),
      ...problem("code-differs", "code is loaded that is not the release's", code),
      ...environment,
    ],
  };
}

function problem(code: string, summary: string, differences: readonly string[]): Problem[] {
  if (differences.length === 0) return [];
  const more = differences.length > 8 ? ` and ${differences.length - 8} more` : "";
  return [
    {
      code,
      severity: "error",
      summary,
      detail: `${differences.slice(0, 8).join("; ")}${more}. After a restart the node would run something else than now.`,
      hint: "Apply the release again, or commit with --force.",
    },
  ];
}

async function pathProblems(target: Target, release: NodeRelease, options: CallOptions): Promise<string[]> {
  const found = await Promise.all(
    release.libraries.map(async ({ name, dir }) => {
      const there = await libDir(target, name, options);
      return there === undefined || there === dir || dir === "" ? [] : [`${name} is in ${there}`];
    }),
  );
  return found.flat();
}

/** Loaded modules whose MD5 isn't that of the file; one that isn't loaded is loaded from there when it is needed. */
async function otherCode(
  target: Target,
  modules: readonly { readonly module: string; readonly file: string }[],
  options: CallOptions,
): Promise<string[]> {
  const loaded = await loadedMd5s(
    target,
    modules.map(({ module }) => module),
    options,
  );
  const present = modules.filter((_, index) => loaded[index] !== undefined);
  const digests = loaded.filter((md5) => md5 !== undefined);
  const inFiles = await objectFileMd5s(
    target,
    present.map(({ file }) => file),
    { timeoutMs: 60_000 },
  );
  return present.flatMap(({ module }, index) => (inFiles[index] === digests[index] ? [] : [module]));
}
