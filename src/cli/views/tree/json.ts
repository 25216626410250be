import { printTerm } from "../../../terms/print.js";
import type { Facts } from "../../../upgrade/facts.js";
import { marker, processesOnOldCode } from "./marks.js";
import { isShown, type TreeFilter } from "./model.js";

export interface TreeJsonOptions extends TreeFilter {
  /** Also the processes outside every supervision tree. */
  readonly unsupervised: boolean;
}

/** The processes of a tree as JSON, as the command line's contract has them: each alone, whatever is alike. */
export function treeJson(facts: Facts, { unsupervised, application, module }: TreeJsonOptions): object {
  const marksOf = marker(facts);
  const onOldCode = processesOnOldCode(facts);
  const shown = facts.processes.filter(
    (process) => (process.supervised || unsupervised) && isShown(process, { application, module }),
  );
  const remote = (facts.remoteChildren ?? []).filter(
    (child) =>
      (application === undefined || child.application === application) &&
      (module === undefined || child.modules.includes(module)),
  );
  return {
    node: facts.node,
    ...(facts.snapshot !== undefined && { snapshot: facts.snapshot }),
    otpRelease: facts.otpRelease,
    applications: facts.applications,
    processes: shown.map((process) => {
      const vsn = process.callbackModule === undefined ? undefined : facts.modules.get(process.callbackModule)?.vsn;
      return {
        pid: process.text,
        application: process.application ?? null,
        supervisor: process.supervisor ?? null,
        supervised: process.supervised,
        id: process.id === undefined ? null : printTerm(process.id),
        type: process.type,
        modules: process.modules,
        callbackModule: process.callbackModule ?? null,
        registeredName: process.registeredName ?? null,
        hidden: process.hidden,
        messageQueueLength: process.messageQueueLength,
        kind: process.kind ?? null,
        handlers: process.handlers ?? [],
        vsn: vsn === undefined ? null : printTerm(vsn),
        oldCode: onOldCode.get(process.text) ?? [],
        suspended: process.suspended ?? null,
        hibernating: process.hibernating ?? false,
        marks: marksOf(process).map(({ code }) => code),
      };
    }),
    remoteChildren: remote.map(({ node, text, application: name, supervisor, id, type, modules }) => ({
      node,
      pid: text,
      application: name,
      supervisor: supervisor ?? null,
      id: id === undefined ? null : printTerm(id),
      type,
      modules,
    })),
    anomalies: facts.anomalies,
  };
}
