import { runsBy } from "../../../upgrade/running.js";
import type { Facts, ObservedProcess, RemoteChild } from "../../../upgrade/facts.js";

/** A process in the tree, with what is below it. */
export interface TreeNode {
  readonly process: ObservedProcess;
  readonly children: TreeNode[];
  /** Its children on other nodes. */
  readonly remote: RemoteChild[];
}

export interface ApplicationTree {
  readonly name: string;
  readonly vsn: string;
  readonly tops: readonly TreeNode[];
  /** How many processes are in it. */
  readonly size: number;
}

export interface TreeFilter {
  /** Only this application. */
  readonly application?: string | undefined;
  /** Only what runs this module, or is declared to, with the supervisors above it. */
  readonly module?: string | undefined;
}

export interface TreeModel {
  /** In the order they were started in. */
  readonly applications: readonly ApplicationTree[];
  /** Processes that no supervisor has. */
  readonly outside: readonly TreeNode[];
}

/** True for a process that runs the module, or whose child specification names it. */
export function concernsModule(process: ObservedProcess, module: string): boolean {
  return process.modules.includes(module) || runsBy(process, module) !== undefined;
}

/** True for a process that the filter leaves, the supervisors above it aside. */
export function isShown(process: ObservedProcess, { application, module }: TreeFilter): boolean {
  return (
    (application === undefined || process.application === application) &&
    (module === undefined || concernsModule(process, module))
  );
}

/** The processes of a node as trees, an application each. */
export function treeModel(facts: Facts, { application, module }: TreeFilter): TreeModel {
  const nodes = new Map(facts.processes.map((process) => [process.text, nodeOf(process)]));
  const tops = new Map<string, TreeNode[]>();
  const outside: TreeNode[] = [];
  for (const node of nodes.values()) {
    const { supervisor, supervised, application: name = "" } = node.process;
    const above = supervisor === undefined ? undefined : nodes.get(supervisor);
    if (above !== undefined) above.children.push(node);
    else if (supervised) tops.set(name, [...(tops.get(name) ?? []), node]);
    else outside.push(node);
  }
  for (const child of facts.remoteChildren ?? []) nodes.get(child.supervisor ?? "")?.remote.push(child);
  const applications = facts.applications
    .toReversed()
    .filter(({ name }) => application === undefined || name === application)
    .map(({ name, vsn }): ApplicationTree => {
      const found = (tops.get(name) ?? []).flatMap((top) => pruned(top, module));
      return { name, vsn, tops: found, size: found.reduce((sum, top) => sum + sizeOf(top), 0) };
    });
  return {
    applications: module === undefined ? applications : applications.filter(({ size }) => size > 0),
    outside: application === undefined ? outside.flatMap((node) => pruned(node, module)) : [],
  };
}

const nodeOf = (process: ObservedProcess): TreeNode => ({ process, children: [], remote: [] });

/** How many processes of this node are in a tree. */
export function sizeOf({ children }: TreeNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), 1);
}

/** What of a tree leads to processes that have to do with the module; all of it without one. */
function pruned(node: TreeNode, module: string | undefined): TreeNode[] {
  if (module === undefined) return [node];
  const children = node.children.flatMap((child) => pruned(child, module));
  const remote = node.remote.filter(({ modules }) => modules.includes(module));
  const isKept = children.length > 0 || remote.length > 0 || concernsModule(node.process, module);
  return isKept ? [{ process: node.process, children, remote }] : [];
}
