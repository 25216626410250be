import type { DependentInstruction } from "./forms.js";
import { strongComponents, weakComponents, type Graph } from "./graph.js";
import { MinHeap } from "./heap.js";
import { refuseAll, type Fault, type Step } from "./step.js";

/**
 * Puts instructions in the order of dependency: groups of those that depend on each other, directly or not, and in each
 * group an instruction before those that it depends on. Instructions that depend on each other in a circle stay
 * together, as they were written. Groups come in the order of their first written instruction.
 *
 * Follows `systools_rc:make_dependency_graph/1` and `get_dependent_instructions/3`, with one difference: where the
 * dependencies leave the order open OTP's is that of a hash over atom numbers, another one in every emulator. Here it is
 * the order in which the instructions were written.
 *
 * @throws Refusal when two instructions are about one module, or a module is depended on that has none
 */
export function orderByDependency(
  steps: readonly Step<DependentInstruction>[],
): (readonly Step<DependentInstruction>[])[] {
  const graph = dependencyGraph(steps);
  const weak = weakComponents(graph);
  const groups = new Map<number, Step<DependentInstruction>[]>();
  for (const vertex of weak) {
    if (!groups.has(vertex)) groups.set(vertex, []);
  }
  for (const vertex of topologicalOrder(graph)) groups.get(weak[vertex]!)!.push(steps[vertex]!);
  return [...groups.values()];
}

/** A vertex is the number of a step; its edges lead to the steps that it depends on. */
function dependencyGraph(steps: readonly Step<DependentInstruction>[]): Graph {
  const vertexOf = new Map<string, number>();
  const faults: Fault[] = [];
  for (const [vertex, { instruction, origin }] of steps.entries()) {
    const { module } = instruction;
    if (vertexOf.has(module)) {
      faults.push({
        code: "module-defined-twice",
        summary: `two instructions are about ${module}`,
        detail: `The other one is ${steps[vertexOf.get(module)!]!.instruction.instruction}.`,
        hint: "Keep one of update, load_module, add_module and delete_module for a module, in all appups together.",
        origin,
      });
    } else {
      vertexOf.set(module, vertex);
    }
  }
  const graph = steps.map(({ instruction, origin }) =>
    instruction.depMods.flatMap((dependency) => {
      const target = vertexOf.get(dependency);
      if (target !== undefined) return [target];
      faults.push({
        code: "dependency-without-instruction",
        summary: `${instruction.module} depends on ${dependency}, for which there is no instruction`,
        hint: `Add an instruction for ${dependency}, or take it out of the DepMods of ${instruction.module}.`,
        origin,
      });
      return [];
    }),
  );
  refuseAll(faults);
  return graph;
}

/** The vertices, strong components in topological order, each one's in rising order; the least possible one first. */
function topologicalOrder(graph: Graph): number[] {
  const component = strongComponents(graph);
  const members = new Map<number, number[]>();
  const indegree = new Map<number, number>();
  for (const [vertex, name] of component.entries()) {
    const found = members.get(name);
    if (found === undefined) members.set(name, [vertex]);
    else found.push(vertex);
    for (const target of graph[vertex]!) {
      const to = component[target]!;
      if (to !== name) indegree.set(to, (indegree.get(to) ?? 0) + 1);
    }
  }
  const free = new MinHeap();
  for (const name of members.keys()) {
    if (!indegree.has(name)) free.push(name);
  }
  const order: number[] = [];
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    for (const vertex of members.get(name)!) {
      order.push(vertex);
      for (const target of graph[vertex]!) {
        const to = component[target]!;
        if (to === name) continue;
        const left = indegree.get(to)! - 1;
        indegree.set(to, left);
        if (left === 0) free.push(to);
      }
    }
  }
  return order;
}
