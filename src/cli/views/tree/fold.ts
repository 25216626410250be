import { isAtom } from "../../../terms/access.js";
import type { ObservedProcess, RemoteChild } from "../../../upgrade/facts.js";
import type { Mark } from "./marks.js";
import type { TreeNode } from "./model.js";

/** Processes that differ in nothing but name, pid and queue, with what is below all of them together. */
export interface TreeGroup {
  readonly members: readonly TreeNode[];
  readonly groups: readonly TreeGroup[];
  readonly remote: readonly RemoteChild[];
  /** How many of them there are below each of the group above; undefined where there is no group above. */
  readonly each: { readonly least: number; readonly most: number } | undefined;
}

export interface FoldOptions {
  /** Every process alone. */
  readonly all: boolean;
  readonly marksOf: (process: ObservedProcess) => readonly Mark[];
}

/** A few are better seen than counted; more where they have names. */
const FEW_UNNAMED = 3;
const FEW_NAMED = 6;

/** Groups what is alike: subtrees too, where they have the same kinds of processes below them, however many of each. */
export function fold(nodes: readonly TreeNode[], options: FoldOptions): TreeGroup[] {
  return new Folder(options).siblings(nodes);
}

class Folder {
  readonly #options: FoldOptions;
  /** Numbers for what processes look like, so that looks of whole subtrees stay short. */
  readonly #numbers = new Map<string, number>();
  readonly #looks = new Map<TreeNode, number>();

  constructor(options: FoldOptions) {
    this.#options = options;
  }

  siblings(nodes: readonly TreeNode[]): TreeGroup[] {
    if (this.#options.all) return nodes.map((node) => this.#group([node]));
    const many = new Map<TreeNode, readonly TreeNode[]>();
    for (const members of this.#byLook(nodes)) {
      const few = members.some(({ process }) => isNamed(process)) ? FEW_NAMED : FEW_UNNAMED;
      if (members.length > few) for (const node of members) many.set(node, members);
    }
    // A group stands where the first of it stood; what is shown alone keeps its place.
    return nodes.flatMap((node) => {
      const members = many.get(node);
      if (members === undefined) return [this.#group([node])];
      return members[0] === node ? [this.#group(members)] : [];
    });
  }

  #group(members: readonly TreeNode[], each?: TreeGroup["each"]): TreeGroup {
    const remote = members.flatMap((node) => node.remote);
    if (members.length === 1 && each === undefined) {
      return { members, groups: this.siblings(members[0]!.children), remote, each };
    }
    const below = this.#byLook(members.flatMap(({ children }) => children));
    const groups = below.map((children) => this.#group(children, this.#countEach(members, children[0]!)));
    return { members, groups, remote, each };
  }

  /** How many children that look like the given one each member has. */
  #countEach(members: readonly TreeNode[], child: TreeNode): NonNullable<TreeGroup["each"]> {
    const look = this.#lookOf(child);
    let least = Infinity;
    let most = 0;
    for (const { children } of members) {
      const count = children.filter((each) => this.#lookOf(each) === look).length;
      least = Math.min(least, count);
      most = Math.max(most, count);
    }
    return { least, most };
  }

  #byLook(nodes: readonly TreeNode[]): TreeNode[][] {
    const groups = new Map<number, TreeNode[]>();
    for (const node of nodes) {
      const look = this.#lookOf(node);
      const group = groups.get(look);
      if (group === undefined) groups.set(look, [node]);
      else group.push(node);
    }
    return [...groups.values()];
  }

  #lookOf(node: TreeNode): number {
    const known = this.#looks.get(node);
    if (known !== undefined) return known;
    const { process, children, remote } = node;
    const look = JSON.stringify([
      process.kind ?? null,
      process.type,
      process.callbackModule ?? outermostModule(process) ?? null,
      process.modules,
      process.handlers ?? [],
      this.#options.marksOf(process).map(({ code }) => code),
      [...new Set(children.map((child) => this.#lookOf(child)))].sort((a, b) => a - b),
      remote.map((child) => [child.node, child.modules]),
    ]);
    const number = this.#numbers.get(look) ?? this.#numbers.size;
    this.#numbers.set(look, number);
    this.#looks.set(node, number);
    return number;
  }
}

/** Of code of its own: the module of the function that all others on its stack were called from. */
export const outermostModule = ({ kind, stack = [] }: ObservedProcess): string | undefined =>
  kind === "own_code" ? stack.at(-1) : undefined;

/** True for a process that is called by a name of its own, or by its id. */
export const isNamed = ({ registeredName, id }: ObservedProcess): boolean =>
  registeredName !== undefined || (id !== undefined && !isAtom(id, "undefined"));
