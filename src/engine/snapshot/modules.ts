import { parseTerm } from "../../terms/parse.js";
import { printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import { isMd5Vsn } from "../../upgrade/code-md5.js";
import type { ObservedModule } from "../../upgrade/facts.js";
import type { ModuleRecord, SnapshotDocument } from "./document.js";
import { pidsOf } from "./processes.js";

/** What the file of a module holds: other code than what is loaded, perhaps. */
export interface CodeOnDisk {
  /** Undefined where the file can't be read, or is none of object code. */
  readonly md5: string | undefined;
  readonly vsn: Term | undefined;
}

/** A module as a snapshot knows it. */
export interface SnapshotModule {
  readonly observed: ObservedModule;
  readonly onDisk: CodeOnDisk;
}

/** A version that is the MD5 says nothing more than the MD5. */
const vsnText = (vsn: Term | undefined, md5: string | undefined): string | undefined =>
  vsn === undefined ? NO_VSN : md5 !== undefined && isMd5Vsn(vsn, md5) ? undefined : printTerm(vsn);

/** Stands for a module without a vsn attribute; no term is written like that. */
const NO_VSN = "";

function vsnOf(text: string | undefined, md5: string | undefined): Term | undefined {
  if (text === NO_VSN) return undefined;
  if (text !== undefined) return parseTerm(text);
  return md5 === undefined ? undefined : BigInt(`0x${md5}`);
}

/** Modules as a snapshot keeps them: by the directory of their file. */
export function codeRecords(modules: readonly SnapshotModule[], extension: string): SnapshotDocument["code"] {
  const directories = new Map<string | undefined, Record<string, ModuleRecord>>();
  for (const each of modules.toSorted((a, b) => (a.observed.module < b.observed.module ? -1 : 1))) {
    const { file, module } = each.observed;
    const directory = file === undefined ? undefined : file.slice(0, Math.max(0, file.lastIndexOf("/")));
    const named = directory === undefined || directory === "" ? undefined : directory;
    const records = directories.get(named) ?? {};
    directories.set(named, records);
    const isUsual = file === (named === undefined ? undefined : `${named}/${module}${extension}`);
    records[module] = { ...moduleRecord(each), ...(!isUsual && file !== undefined && { file }) };
  }
  return [...directories]
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
    .map(([directory, records]) => ({ ...(directory !== undefined && { directory }), modules: records }));
}

function moduleRecord({ observed, onDisk }: SnapshotModule): ModuleRecord {
  const { md5, vsn, hasOldCode, processesOnOldCode, exportsCodeChange, file } = observed;
  const loadedVsn = md5 === undefined ? undefined : vsnText(vsn, md5);
  const diskVsn = onDisk.md5 === undefined ? undefined : vsnText(onDisk.vsn, onDisk.md5);
  const isSame = file === undefined ? onDisk.md5 === undefined : onDisk.md5 === md5 && diskVsn === loadedVsn;
  return {
    ...(md5 !== undefined && { md5 }),
    ...(loadedVsn !== undefined && { vsn: loadedVsn }),
    ...(exportsCodeChange && { codeChange: true }),
    ...(hasOldCode && { onPreviousCode: processesOnOldCode.join(" ") }),
    ...(!isSame && {
      onDisk: {
        ...(onDisk.md5 !== undefined && { md5: onDisk.md5 }),
        ...(diskVsn !== undefined && { vsn: diskVsn }),
      },
    }),
  };
}

/** The modules of a snapshot, by name. */
export function modulesOf({ code, extension }: SnapshotDocument): Map<string, SnapshotModule> {
  const found = new Map<string, SnapshotModule>();
  for (const { directory, modules } of code) {
    for (const [module, record] of Object.entries(modules)) {
      const usual = directory === undefined ? undefined : `${directory}/${module}${extension}`;
      found.set(module, moduleOf(module, record.file ?? usual, record));
    }
  }
  return found;
}

function moduleOf(module: string, file: string | undefined, record: ModuleRecord): SnapshotModule {
  const { md5, vsn, codeChange = false, onPreviousCode, onDisk } = record;
  const loadedVsn = vsnOf(vsn, md5);
  const loaded = file === undefined ? { md5: undefined, vsn: undefined } : { md5, vsn: loadedVsn };
  return {
    observed: {
      ...{ module, file, md5 },
      hasOldCode: onPreviousCode !== undefined,
      processesOnOldCode: pidsOf(onPreviousCode ?? ""),
      exportsCodeChange: codeChange,
      vsn: loadedVsn,
    },
    onDisk: onDisk === undefined ? loaded : { md5: onDisk.md5, vsn: vsnOf(onDisk.vsn, onDisk.md5) },
  };
}
