import { getFile, loadedModules, type LoadedModule } from "../../otp/code.js";
import { objectCodeMd5 } from "../../otp/beam-lib.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import type { Target } from "../../target/target.js";
import { throwProblems, type Problem } from "../../terms/problem.js";
import { equals } from "../../terms/equal.js";
import { printTerm } from "../../terms/print.js";
import { nil, type Term } from "../../terms/term.js";
import { isChosen, type Choice } from "../../upgrade/choice.js";
import { isMd5Vsn } from "../../upgrade/code-md5.js";
import { withExpectedVsns } from "../../upgrade/old-vsns.js";
import type { ObjectCode } from "../../upgrade/upgrade.js";
import type { Binary, PreparedUpgrade } from "../prepared.js";
import { observeProcesses } from "../processes.js";
import { chooseByHand } from "./chosen-processes.js";
import { readModuleFiles, type GivenModule } from "./module-files.js";

export interface ModulesOptions extends CallOptions {
  /** Registered names, or pids as text, of the processes to be changed; all that run the modules where none is named. */
  readonly processes?: readonly string[];
  /** The old version that code_change gets; by default what the loaded code says of itself. */
  readonly fromVsn?: Term;
  /** The extra argument of code_change; `[]` by default. */
  readonly extra?: Term;
  /** Only loads the code, as `c:l/1`: no process is suspended, no state changed. */
  readonly loadOnly?: boolean;
  /** Object code that is running, for modules whose file on the node holds other code by now. */
  readonly running?: readonly Binary[];
}

interface Module {
  readonly given: GivenModule;
  readonly loaded: LoadedModule;
  /** The object code of what is loaded, or what lies in the place of it; undefined where there is none. */
  readonly previous: (Binary & { readonly md5: string | undefined }) | undefined;
}

/**
 * Makes the upgrade of single modules from their object code, as one does it by hand: suspend, load, change code, resume.
 * All modules are changed in one go; no code path, application or configuration is.
 * @throws ProblemError where a file is no object code, nothing would change, or a process that is named isn't there or
 * runs another module
 */
export async function readModulesUpgrade(
  target: Target,
  files: readonly Binary[],
  options: ModulesOptions = {},
): Promise<PreparedUpgrade> {
  const given = await readModuleFiles(target, files, options);
  const names = given.map(({ module }) => module);
  const loaded = await loadedModules(target, names, options);
  const running = await readModuleFiles(target, options.running ?? [], options);
  const modules = await Promise.all(
    given.map(async (each, index): Promise<Module> => {
      const found = running.find(({ module, md5 }) => module === each.module && md5 === loaded[index]!.md5);
      const previous = found ?? (await readPrevious(target, loaded[index]!, options));
      return { given: each, loaded: loaded[index]!, previous };
    }),
  );
  throwProblems([...useless(running, modules), ...unchanged(target, modules, options.loadOnly === true)]);

  const chosen = options.loadOnly === true ? undefined : await choose(target, names, options);
  const script = scriptOf(names, chosen?.modules ?? [], options.extra ?? nil);
  const objectCode = new Map(modules.map((module) => [module.given.module, objectCodeOf(module, options.fromVsn)]));
  const code = new Map(
    modules.map(({ given: next, previous }) => [next.module, { next, ...(previous && { previous }) }]),
  );
  return {
    upgrade: {
      kind: "modules",
      name: listText(names),
      from: listText(modules.map(({ loaded: { vsn, md5 } }) => vsnText(vsn, md5))),
      to: listText(given.map(({ vsn, md5 }) => vsnText(vsn, md5))),
      direction: "up",
      origin: "files",
      script,
      libraries: [],
      objectCode: withExpectedVsns({ script, direction: "up", objectCode }, code),
      ...(chosen !== undefined && { choice: chosen.choice }),
    },
    code,
    specifications: { before: [], after: [] },
    config: { before: nil, after: nil },
    previousDirectories: new Map(),
  };
}

async function readPrevious(target: Target, { file }: LoadedModule, options: CallOptions): Promise<Module["previous"]> {
  const bytes = file === undefined || file === "" ? undefined : await getFile(target, file, options);
  if (file === undefined || bytes === undefined) return undefined;
  return { file, bytes, md5: await objectCodeMd5(target, bytes, options) };
}

/** Which processes are changed, and the modules that are changed in one; of the others only the code is replaced. */
async function choose(
  target: Target,
  names: readonly string[],
  { processes: named = [], timeoutMs = OBSERVE_MS }: ModulesOptions,
): Promise<{ readonly choice: Choice; readonly modules: readonly string[] }> {
  const { processes } = await observeProcesses(target, { timeoutMs });
  const choice: Choice = named.length === 0 ? { by: "callback" } : chooseByHand(target, named, names, processes);
  const modules = names.filter((module) => processes.some((process) => isChosen(process, module, choice)));
  return { choice, modules };
}

const OBSERVE_MS = 5_000;

function scriptOf(names: readonly string[], changed: readonly string[], extra: Term): LowLevelInstruction[] {
  const around = (...steps: LowLevelInstruction[]): LowLevelInstruction[] => (changed.length === 0 ? [] : steps);
  return [
    { instruction: "load_object_code", application: "files", vsn: "given", modules: names },
    { instruction: "point_of_no_return" },
    ...around({ instruction: "suspend", modules: changed.map((module) => ({ module })) }),
    // Softly: what would have to be killed is a finding.
    ...names.map((module): LowLevelInstruction => {
      return { instruction: "load", module, prePurge: "soft_purge", postPurge: "soft_purge" };
    }),
    ...around(
      { instruction: "code_change", mode: "up", modules: changed.map((module) => ({ module, extra })) },
      { instruction: "resume", modules: changed },
    ),
  ];
}

function objectCodeOf({ given, loaded, previous }: Module, fromVsn: Term | undefined): ObjectCode {
  return {
    module: given.module,
    application: "files",
    file: given.file,
    isPresent: true,
    md5: given.md5,
    vsn: given.vsn,
    previousVsn: loaded.md5 === undefined ? undefined : (fromVsn ?? loaded.vsn),
    previousMd5: previous?.md5,
    exportsCodeChange: given.exportsCodeChange,
    listedInApp: true,
  };
}

/** A version in few words: a number that is an MD5 is too long to be read. */
function vsnText(vsn: Term | undefined, md5: string | undefined): string {
  if (md5 === undefined) return "none";
  return vsn === undefined || isMd5Vsn(vsn, md5) ? `md5 ${md5.slice(0, 8)}` : printTerm(vsn);
}

const listText = (texts: readonly string[]): string =>
  texts.length > 3 ? `${texts.slice(0, 2).join(", ")} and ${texts.length - 2} more` : texts.join(", ");

function unchanged(target: Target, modules: readonly Module[], loadOnly: boolean): Problem[] {
  const names = modules.map(({ given }) => given.module).join(", ");
  const one = modules.length === 1;
  if (!loadOnly && modules.every(({ loaded }) => loaded.md5 === undefined)) {
    return [
      {
        code: "module-not-loaded",
        severity: "error",
        summary: `${names} ${one ? "is" : "are"} not loaded on ${target.identity.node}`,
        detail: "So no process runs it, and there is nothing to be changed.",
        hint: "Check the node and the file; --load-only loads code that wasn't loaded before.",
      },
    ];
  }
  // Attributes have no part in the MD5.
  const isSame = ({ loaded, given }: Module): boolean =>
    loaded.md5 === given.md5 && loaded.vsn !== undefined && equals(loaded.vsn, given.vsn);
  if (!modules.every(isSame)) return [];
  return [
    {
      code: "already-loaded",
      severity: "error",
      summary: `${names} ${one ? "is what the node runs already" : "are what the node runs already"}`,
      detail: `The loaded code has the same MD5 and version as the ${one ? "file" : "files"}.`,
      hint: "Compile the new version, and name the file that came of it.",
    },
  ];
}

/** Code that is said to be running, and isn't. */
function useless(running: readonly GivenModule[], modules: readonly Module[]): Problem[] {
  return running
    .filter(({ module, md5 }) => !modules.some(({ loaded }) => loaded.module === module && loaded.md5 === md5))
    .map(({ module, file }) => ({
      code: "not-the-running-code",
      severity: "error",
      summary: `${file} is not the code of ${module} that the node runs`,
      hint: "Name the object code that was loaded, to be put back after a failure, or leave it out.",
    }));
}
