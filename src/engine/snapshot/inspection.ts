import type { Inspection } from "../../upgrade/inspection.js";
import type { InspectionRecord } from "./document.js";
import { termOf, termRecord } from "./term-record.js";

/**
 * What `doctor` looks at besides, as a snapshot keeps it.
 * @param withArguments whether the arguments that children are started with are kept; they may be secret
 */
export function inspectionRecord(inspection: Inspection, withArguments: boolean): InspectionRecord {
  const { mode, applications, release, callbacks, suspended, silent, oldCode, oldCodeNotLookedAt } = inspection;
  const { bootsNext, shadows, specifications, notWritable, disks } = inspection;
  return {
    mode,
    applications: applications.map(({ name, vsn, directory, vsnOnDisk, vsnInRelease }) => ({
      ...{ name, vsn },
      ...(directory !== undefined && { directory }),
      ...(vsnOnDisk !== undefined && { vsnOnDisk }),
      ...(vsnInRelease !== undefined && { vsnInRelease }),
    })),
    ...(release !== undefined && { release: { name: release.name, vsn: release.vsn } }),
    ...(bootsNext !== undefined && { bootsNext }),
    callbacks: Object.fromEntries(
      [...callbacks].map(([module, { file, application, answersSystemMessages }]) => [
        module,
        {
          ...(file !== undefined && { file }),
          ...(application !== undefined && { application }),
          answersSystemMessages,
        },
      ]),
    ),
    suspended: suspended.map(({ pid, by }) => ({ pid, by })),
    silent: [...silent],
    oldCode: oldCode.map(({ module, pids }) => ({ module, pids: [...pids] })),
    oldCodeNotLookedAt: [...oldCodeNotLookedAt],
    shadows: shadows.map(({ directory, by, modules }) => ({ directory, by, modules: [...modules] })),
    specifications: Object.fromEntries(
      [...specifications].map(([pid, { id, module, function: fun, args, settings }]) => [
        pid,
        {
          ...{ id: termRecord(id), module, function: fun },
          ...(withArguments && args !== undefined && { args }),
          ...(Object.keys(settings).length > 0 && { settings: mapValues(settings, termRecord) }),
        },
      ]),
    ),
    notWritable: [...notWritable],
    disks: disks.map(({ mount, totalKiB, used }) => ({ mount, totalKiB, used })),
  };
}

/** What a snapshot keeps of it. States were not read. */
export function inspectionOf(record: InspectionRecord): Inspection {
  return {
    ...record,
    release: record.release,
    bootsNext: record.bootsNext,
    applications: record.applications.map(({ name, vsn, directory, vsnOnDisk, vsnInRelease }) => ({
      ...{ name, vsn, directory, vsnOnDisk, vsnInRelease },
    })),
    callbacks: new Map(
      Object.entries(record.callbacks).map(([module, { file, application, answersSystemMessages }]) => [
        module,
        { file, application, answersSystemMessages },
      ]),
    ),
    specifications: new Map(
      Object.entries(record.specifications).map(([pid, { id, module, function: fun, args, settings = {} }]) => [
        pid,
        { id: termOf(id), module, function: fun, args, settings: mapValues(settings, termOf) },
      ]),
    ),
    funs: undefined,
    statesNotRead: [],
  };
}

const mapValues = <Value, Result>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
