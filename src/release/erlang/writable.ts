import { printTerm } from "../../terms/print.js";
import { ProblemError } from "../../terms/problem.js";
import { ErlMap, List, OpaqueFun, Pid, Port, Reference, Tuple, type Term } from "../../terms/term.js";

/** Throws a ProblemError where a part of the term has no written form: what is read of a file always has one. */
export function assertWritable(term: Term): void {
  const left: Term[] = [term];
  const add = (terms: readonly Term[]): void => {
    for (const each of terms) left.push(each);
  };
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at instanceof Tuple) add(at.elements);
    else if (at instanceof List) add(at.tail === undefined ? at.elements : [...at.elements, at.tail]);
    else if (at instanceof ErlMap) add(at.entries.flat());
    else if (at instanceof Pid || at instanceof Port || at instanceof Reference || at instanceof OpaqueFun) {
      const summary = `${printTerm(at)} can't be written to a file`;
      const detail = "Process identifiers, ports, references and funs of a module mean something on their node alone.";
      throw new ProblemError([{ code: "unwritable-term", severity: "error", summary, detail }]);
    }
  }
}
