import { atom, Pid } from "../../terms/term.js";
import type { ObservedProcess, RemoteChild } from "../../upgrade/facts.js";
import type { ProcessRecord, RemoteChildRecord } from "./document.js";
import { termOf, termRecord } from "./term-record.js";

/** Pids on one line of a snapshot. */
const PIDS_A_LINE = 8;

/** The processes as a snapshot keeps them: those that differ in nothing but their pid together. */
export function processRecords(
  processes: readonly ObservedProcess[],
  notResponding: ReadonlySet<string>,
): ProcessRecord[] {
  const groups = new Map<string, { readonly record: Omit<ProcessRecord, "pids">; readonly pids: string[] }>();
  for (const process of processes) {
    const record = recordOf(process, notResponding.has(process.text));
    const key = JSON.stringify(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { record, pids: [process.text] });
    else group.pids.push(process.text);
  }
  return [...groups.values()].map(({ record, pids }) => ({ pids: lines(pids), ...record }));
}

function recordOf(process: ObservedProcess, isSilent: boolean): Omit<ProcessRecord, "pids"> {
  const { application, supervisor, hidden, id, type, modules, dynamic } = process;
  const { callbackModule, registeredName, messageQueueLength, kind, suspended } = process;
  const { handlers = [], stack = [], hibernating = false } = process;
  return {
    ...(application !== undefined && { application }),
    ...(supervisor !== undefined && { supervisor }),
    ...(hidden && { hidden }),
    ...(id !== undefined && { id: termRecord(id) }),
    ...(type === "supervisor" && { type }),
    ...(modules.length > 0 && { modules: [...modules] }),
    ...(dynamic && { dynamic }),
    ...(callbackModule !== undefined && { callbackModule }),
    ...(registeredName !== undefined && { registeredName }),
    ...(messageQueueLength > 0 && { messageQueueLength }),
    ...(kind !== undefined && { kind }),
    ...(handlers.length > 0 && { handlers: [...handlers] }),
    ...(stack.length > 0 && { stack: [...stack] }),
    ...(suspended !== false && { suspended: suspended === true ? ("yes" as const) : ("unknown" as const) }),
    ...(hibernating && { hibernating }),
    ...(isSilent && { responds: false }),
  };
}

function lines(pids: readonly string[]): string {
  const count = Math.ceil(pids.length / PIDS_A_LINE);
  return Array.from({ length: count }, (_, line) =>
    pids.slice(line * PIDS_A_LINE, (line + 1) * PIDS_A_LINE).join(" "),
  ).join("\n");
}

export const pidsOf = (text: string): string[] => text.split(/\s+/).filter((pid) => pid !== "");

/** The processes of a snapshot, in the order of their pids, as `erlang:processes/0` has them. */
export function processesOf(
  records: readonly ProcessRecord[],
  node: string,
  creation: number,
): { readonly processes: ObservedProcess[]; readonly notResponding: Set<string> } {
  const notResponding = new Set<string>();
  const processes = records.flatMap(({ pids, responds, id, ...record }) => {
    const texts = pidsOf(pids);
    if (responds === false) for (const text of texts) notResponding.add(text);
    const shared = {
      application: record.application,
      supervisor: record.supervisor,
      supervised: record.application !== undefined,
      hidden: record.hidden ?? false,
      id: id === undefined ? undefined : termOf(id),
      type: record.type ?? ("worker" as const),
      modules: record.modules ?? [],
      dynamic: record.dynamic ?? false,
      callbackModule: record.callbackModule,
      registeredName: record.registeredName,
      messageQueueLength: record.messageQueueLength ?? 0,
      kind: record.kind,
      handlers: record.handlers ?? [],
      stack: record.stack ?? [],
      suspended: record.suspended === undefined ? false : record.suspended === "yes" ? true : undefined,
      hibernating: record.hibernating ?? false,
    };
    return texts.map((text): ObservedProcess => ({ ...shared, text, pid: pidOf(text, node, creation) }));
  });
  return { processes: processes.sort(byPid), notResponding };
}

function pidOf(text: string, node: string, creation: number): Pid {
  const [, id, serial] = /^<0\.(\d+)\.(\d+)>$/.exec(text)!;
  return new Pid(atom(node), Number(id), Number(serial), creation);
}

const byPid = ({ pid: a }: ObservedProcess, { pid: b }: ObservedProcess): number => a.serial - b.serial || a.id - b.id;

/** Children on other nodes, as a snapshot keeps them. */
export const remoteChildRecords = (children: readonly RemoteChild[]): RemoteChildRecord[] =>
  children.map(({ node, text, application, supervisor, id, type, modules }) => ({
    ...{ node, pid: text, application },
    ...(supervisor !== undefined && { supervisor }),
    ...(id !== undefined && { id: termRecord(id) }),
    ...{ type, modules: [...modules] },
  }));

/** The children on other nodes of a snapshot. */
export const remoteChildrenOf = (records: readonly RemoteChildRecord[]): RemoteChild[] =>
  records.map(({ node, pid, application, supervisor, id, type, modules }) => ({
    ...{ node, text: pid, application, supervisor },
    id: id === undefined ? undefined : termOf(id),
    ...{ type, modules },
  }));
