import { pidText } from "../otp/process.js";
import { ErlMap, List, Pid, Tuple, type Term } from "../terms/term.js";

/** The pids that stand anywhere in a term, as text. Pids of other nodes are told apart by the node's name. */
export function pidsIn(term: Term): Set<string> {
  const found = new Set<string>();
  // Not by recursion: a state may be nested deeper than the stack.
  const left: Term[] = [term];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next instanceof Pid) found.add(`${next.node.name} ${pidText(next)}`);
    else if (next instanceof Tuple) left.push(...next.elements);
    else if (next instanceof List) {
      for (const element of next.elements) left.push(element);
      if (next.tail !== undefined) left.push(next.tail);
    } else if (next instanceof ErlMap) {
      for (const [key, value] of next.entries) left.push(key, value);
    }
  }
  return found;
}
