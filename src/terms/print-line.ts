import { sortedEntries } from "./order.js";
import { printableString, printAtomic, type PrintOptions } from "./print-atomic.js";
import { ErlMap, List, Tuple, type Term } from "./term.js";

/** A tuple, list or map whose elements are being printed. */
interface Open {
  readonly parts: readonly Term[];
  next: number;
  /** What stands before the part at this index, which isn't the first. */
  readonly separator: (index: number) => string;
  readonly close: string;
}

const comma = (): string => ",";
const commaOrArrow = (index: number): string => (index % 2 === 1 ? " => " : ",");

/**
 * A term on one line, as `io_lib:format("~0tp", [Term])` with `+pc unicode`: lists and binaries that are printable
 * Unicode text as strings. A map's entries are in the order of its keys, which is OTP's own for up to 32 entries.
 * Terms of any depth can be printed.
 */
export function printTerm(term: Term, options: PrintOptions = {}): string {
  const stack: Open[] = [];
  let text = "";
  let current: Term | undefined = term;
  while (current !== undefined) {
    const atomic = printAtomic(current, options) ?? (current instanceof List ? printableString(current) : undefined);
    if (atomic !== undefined) text += atomic;
    else text += open(current as Tuple | List | ErlMap, stack);
    current = undefined;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next < top.parts.length) {
        if (top.next > 0) text += top.separator(top.next);
        current = top.parts[top.next++];
        break;
      }
      text += top.close;
      stack.pop();
    }
  }
  return text;
}

/** Pushes what the term consists of; its opening bracket. */
function open(term: Tuple | List | ErlMap, stack: Open[]): string {
  if (term instanceof Tuple) {
    stack.push({ parts: term.elements, next: 0, separator: comma, close: "}" });
    return "{";
  }
  if (term instanceof ErlMap) {
    stack.push({ parts: sortedEntries(term).flat(), next: 0, separator: commaOrArrow, close: "}" });
    return "#{";
  }
  const { elements, tail } = term;
  if (tail === undefined) {
    stack.push({ parts: elements, next: 0, separator: comma, close: "]" });
  } else {
    const last = elements.length;
    const commaOrBar = (index: number): string => (index === last ? "|" : ",");
    stack.push({ parts: [...elements, tail], next: 0, separator: commaOrBar, close: "]" });
  }
  return "[";
}
