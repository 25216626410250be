/** A directed graph over the vertices 0 to n-1: for each vertex those that its edges lead to. */
export type Graph = readonly (readonly number[])[];

/**
 * The strong components: for each vertex the least vertex of its component. Tarjan's algorithm, with a stack of its own
 * so that a long chain of dependencies doesn't exhaust JavaScript's.
 */
export function strongComponents(graph: Graph): Int32Array {
  const size = graph.length;
  const component = new Int32Array(size).fill(-1);
  const discovered = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const nextEdge = new Int32Array(size);
  const open: number[] = [];
  const path: number[] = [];
  let clock = 0;
  const enter = (vertex: number): void => {
    discovered[vertex] = low[vertex] = clock++;
    open.push(vertex);
    path.push(vertex);
  };
  for (let root = 0; root < size; root++) {
    if (discovered[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const vertex = path[path.length - 1]!;
      const target = graph[vertex]![nextEdge[vertex]!++];
      if (target !== undefined) {
        if (discovered[target] === -1) enter(target);
        else if (component[target] === -1) low[vertex] = Math.min(low[vertex]!, discovered[target]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[vertex]!);
      if (low[vertex] === discovered[vertex]) close(open, vertex, component);
    }
  }
  return component;
}

/** Takes the component that `root` was entered first of from the open vertices, and names it by its least vertex. */
function close(open: number[], root: number, component: Int32Array): void {
  const members = open.splice(open.lastIndexOf(root));
  const least = members.reduce((a, b) => Math.min(a, b));
  for (const member of members) component[member] = least;
}

/** The weak components (edges count in both directions): for each vertex the least vertex of its component. */
export function weakComponents(graph: Graph): Int32Array {
  const parent = Int32Array.from(graph, (_, vertex) => vertex);
  const find = (vertex: number): number => {
    let root = vertex;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = vertex; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  for (const [vertex, targets] of graph.entries()) {
    for (const target of targets) {
      const a = find(vertex);
      const b = find(target);
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return parent.map((_, vertex) => find(vertex));
}
