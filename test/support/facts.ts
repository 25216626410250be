import type { LowLevelInstruction } from "../../src/release/instruction.js";
import { atom, nil, Pid, type Term } from "../../src/terms/term.js";
import type { Facts, ObservedModule, ObservedProcess, WalkAnomaly } from "../../src/upgrade/facts.js";
import type { ObjectCode, Upgrade } from "../../src/upgrade/upgrade.js";

/** Makers of facts and upgrades for tests of pure code: what isn't given is plain and healthy. */

export function aProcess(number: number, given: Partial<ObservedProcess> = {}): ObservedProcess {
  const text = `<0.${number}.0>`;
  return {
    pid: new Pid(atom("test@host"), number, 0, 1),
    text,
    application: "shop",
    supervisor: "<0.1.0>",
    supervised: true,
    hidden: false,
    id: atom(`child${number}`),
    type: "worker",
    modules: given.callbackModule === undefined ? [] : [given.callbackModule],
    dynamic: false,
    callbackModule: undefined,
    registeredName: undefined,
    messageQueueLength: 0,
    ...given,
  };
}

export function someFacts(given: {
  processes?: readonly ObservedProcess[];
  anomalies?: readonly WalkAnomaly[];
  modules?: readonly (Partial<ObservedModule> & { module: string })[];
  notResponding?: readonly string[];
}): Facts {
  const modules = (given.modules ?? []).map((module): [string, ObservedModule] => [
    module.module,
    {
      file: `/lib/${module.module}.beam`,
      md5: "aa",
      hasOldCode: false,
      processesOnOldCode: [],
      exportsCodeChange: true,
      ...module,
    },
  ]);
  return {
    node: "test@host",
    creation: 1,
    otpRelease: "25",
    applications: [{ name: "shop", description: "", vsn: "1" }],
    processes: given.processes ?? [],
    anomalies: given.anomalies ?? [],
    modules: new Map(modules),
    notResponding: new Set(given.notResponding ?? []),
  };
}

export function anUpgrade(
  script: readonly LowLevelInstruction[],
  given: Partial<Upgrade> & { code?: readonly (Partial<ObjectCode> & { module: string })[] } = {},
): Upgrade {
  const code = (given.code ?? []).map((each): [string, ObjectCode] => [
    each.module,
    {
      application: "shop",
      file: `/lib/shop-2/ebin/${each.module}.beam`,
      isPresent: true,
      md5: "bb",
      vsn: atom("new"),
      previousVsn: atom("old"),
      previousMd5: "aa",
      exportsCodeChange: true,
      listedInApp: true,
      ...each,
    },
  ]);
  return {
    kind: "release",
    name: "shop",
    from: "1",
    to: "2",
    direction: "up",
    origin: "appup",
    libraries: [],
    ...given,
    script,
    objectCode: new Map(code),
  };
}

/** The usual script of `{update, Module, {advanced, []}}`. */
export function advancedUpdate(module: string, extra: Term = nil): LowLevelInstruction[] {
  return [
    { instruction: "load_object_code", application: "shop", vsn: "2", modules: [module] },
    { instruction: "point_of_no_return" },
    { instruction: "suspend", modules: [{ module }] },
    { instruction: "load", module, prePurge: "brutal_purge", postPurge: "brutal_purge" },
    { instruction: "code_change", mode: "up", modules: [{ module, extra }] },
    { instruction: "resume", modules: [module] },
  ];
}
