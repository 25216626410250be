import fc from "fast-check";
import { atom, binary, Bitstring, List, string, tuple, Tuple, type Term } from "../../src/terms/term.js";
import { anyData } from "./arbitrary.js";

/** Valid terms, broken: some part of each replaced, taken out, written twice or put where it doesn't belong. */

const junk: fc.Arbitrary<Term> = fc.oneof(
  fc.constantFrom<Term>(
    0,
    1,
    -1,
    atom("soft"),
    atom("undefined"),
    atom("infinity"),
    atom("permanent"),
    atom("supervisor"),
    string("1.0"),
    binary("1.0"),
    new Bitstring(Uint8Array.of(255)),
    new List([]),
    new List([atom("a")]),
    new List([atom("a")], atom("b")),
    new List([0xfffe]),
    new List([0xd800]),
    tuple(),
    tuple(atom("a"), 1),
    tuple(atom("advanced"), 1),
    tuple(atom("vsn"), string("1"), 1),
    tuple(atom("vsn"), string("1")),
    tuple(atom("modules"), atom("a")),
  ),
  anyData,
);

const children = (term: Term): readonly Term[] => (term instanceof Tuple || term instanceof List ? term.elements : []);

function rebuilt(term: Term, elements: readonly Term[]): Term {
  if (term instanceof Tuple) return new Tuple(elements);
  return new List(elements, elements.length === 0 ? undefined : (term as List).tail);
}

/** How many parts a term has, itself included. */
function size(term: Term): number {
  return children(term).reduce((sum: number, child) => sum + size(child), 1);
}

/** The term with its part number `at` (in the order of reading) made into the parts that `change` gives. */
function edit(term: Term, at: number, change: (part: Term) => readonly Term[]): readonly Term[] {
  if (at === 0) return change(term);
  let left = at - 1;
  const elements = children(term).flatMap((child) => {
    const count = size(child);
    const isHere = left >= 0 && left < count;
    const result = isHere ? edit(child, left, change) : [child];
    left -= count;
    return result;
  });
  return [rebuilt(term, elements)];
}

const changes = (other: Term): readonly ((part: Term) => readonly Term[])[] => [
  () => [other],
  () => [],
  (part) => [part, part],
  (part) => [part, other],
  (part) => [other, part],
  (part) => [tuple(part)],
  (part) => [new List([part])],
  (part) => [part instanceof Tuple ? new List(part.elements) : part instanceof List ? new Tuple(part.elements) : other],
];

/** A term of `valid` with up to two of its parts changed. */
export function mutated(valid: fc.Arbitrary<Term>): fc.Arbitrary<Term> {
  const step = fc.tuple(fc.nat(), fc.nat({ max: 7 }), junk);
  return fc.tuple(valid, fc.array(step, { maxLength: 2 })).map(([term, steps]) =>
    steps.reduce<Term>((result, [at, kind, other]) => {
      const [changed] = edit(result, at % size(result), changes(other)[kind]!);
      return changed ?? result;
    }, term),
  );
}
