import type { Facts, ObservedProcess } from "../../upgrade/facts.js";
import { printTerm } from "../../terms/print.js";
import { count, nameText, type Paint } from "./paint.js";

export interface TreeOptions {
  /** Shows every child, where equal ones would be counted. */
  readonly all: boolean;
  /** Also the processes outside every supervision tree. */
  readonly unsupervised: boolean;
}

/** The processes of a tree as JSON, as the command line's contract has them. */
export function treeJson(facts: Facts, options: TreeOptions): object {
  return {
    node: facts.node,
    ...(facts.snapshot !== undefined && { snapshot: facts.snapshot }),
    otpRelease: facts.otpRelease,
    applications: facts.applications,
    processes: facts.processes
      .filter((process) => process.supervised || options.unsupervised)
      .map((process) => ({
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
      })),
    anomalies: facts.anomalies,
  };
}

/** The supervision tree for people: equal children are counted, and what disagrees is marked. */
export function treeText(facts: Facts, options: TreeOptions, paint: Paint): string {
  const supervised = facts.processes.filter((process) => process.supervised);
  const children = groupBySupervisor(supervised);
  const tops = children.get(undefined) ?? [];
  const blocks = facts.applications.toReversed().map(({ name, vsn }) => {
    const title = `${paint.strong(name)} ${paint.faint(vsn)}`;
    const roots = tops.filter((process) => process.application === name);
    return [title, ...branch(roots, children, "", options, paint)].join("\n");
  });
  if (options.unsupervised) blocks.push(outsideText(facts, options, paint));
  return blocks.join("\n");
}

function groupBySupervisor(processes: readonly ObservedProcess[]): Map<string | undefined, ObservedProcess[]> {
  const groups = new Map<string | undefined, ObservedProcess[]>();
  for (const process of processes) {
    const group = groups.get(process.supervisor);
    if (group === undefined) groups.set(process.supervisor, [process]);
    else group.push(process);
  }
  return groups;
}

function branch(
  processes: readonly ObservedProcess[],
  children: ReadonlyMap<string | undefined, readonly ObservedProcess[]>,
  indent: string,
  options: TreeOptions,
  paint: Paint,
): string[] {
  const groups = options.all ? processes.map((process) => [process]) : alike(processes, children);
  return groups.flatMap((group, index) => {
    const last = index === groups.length - 1;
    const first = group[0]!;
    const line = `${indent}${last ? "`-" : "|-"} ${group.length > 1 ? groupLabel(group, paint) : label(first, paint)}`;
    const below = children.get(first.text) ?? [];
    return [line, ...branch(below, children, `${indent}${last ? "  " : "| "}`, options, paint)];
  });
}

/** Runs of childless processes that differ in nothing but their pid, and every other process alone. */
function alike(
  processes: readonly ObservedProcess[],
  children: ReadonlyMap<string | undefined, readonly ObservedProcess[]>,
): ObservedProcess[][] {
  const groups = new Map<string, ObservedProcess[]>();
  for (const process of processes) {
    const plain = process.registeredName === undefined && !children.has(process.text);
    const key = plain ? `${process.callbackModule} ${process.modules.join(" ")} ${process.type}` : process.text;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [process]);
    else group.push(process);
  }
  // Two or three are better seen than counted.
  return [...groups.values()].flatMap((group) => (group.length > 3 ? [group] : group.map((process) => [process])));
}

function label(process: ObservedProcess, paint: Paint): string {
  const { registeredName, id } = process;
  const name = registeredName !== undefined ? nameText(registeredName) : id === undefined ? "" : printTerm(id);
  const kind = process.type === "supervisor" ? paint.accent("supervisor ") : "";
  return `${kind}${name === "" ? "" : `${name} `}${paint.faint(process.text)}${modulesText(process, paint)}`;
}

function groupLabel(group: readonly ObservedProcess[], paint: Paint): string {
  return `${count(group.length, "process", "processes")} alike${modulesText(group[0]!, paint)}`;
}

/** The callback module, and the declared modules where they don't name it. */
function modulesText(process: ObservedProcess, paint: Paint): string {
  const { callbackModule, modules } = process;
  const declared = `[${modules.map(nameText).join(", ")}]`;
  const parts: string[] = [];
  if (callbackModule !== undefined) parts.push(` ${nameText(callbackModule)}`);
  if (callbackModule === undefined) parts.push(` ${paint.faint(declared)}`);
  else if (!modules.includes(callbackModule)) parts.push(paint.warn(` declared as ${declared}`));
  if (process.hidden) parts.push(paint.warn(" not seen by OTP's walk"));
  if (process.messageQueueLength > 0) parts.push(paint.faint(` queue ${process.messageQueueLength}`));
  return parts.join("");
}

function outsideText(facts: Facts, options: TreeOptions, paint: Paint): string {
  const outside = facts.processes.filter((process) => !process.supervised);
  const title = paint.strong(`outside every tree: ${count(outside.length, "process", "processes")}`);
  return [title, ...branch(outside, new Map(), "", options, paint)].join("\n");
}
