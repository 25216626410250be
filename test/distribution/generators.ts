import fc from "fast-check";
import { atom, binary, Float, List, map, Pid, Reference, tuple, type Atom, type Term } from "../../src/terms/term.js";

/** Generated terms for the tests of the distribution. */

export const anyAtom: fc.Arbitrary<Atom> = fc.string({ maxLength: 12 }).map(atom);

const nodeName = fc.constantFrom("a@b", "shop@10.0.0.7").map(atom);
const word = fc.nat({ max: 0xffff_ffff });

export const anyPid: fc.Arbitrary<Pid> = fc
  .tuple(nodeName, word, word, word)
  .map(([node, id, serial, creation]) => new Pid(node, id, serial, creation));

export const anyReference: fc.Arbitrary<Reference> = fc
  .tuple(nodeName, word, fc.array(word, { minLength: 3, maxLength: 5 }))
  .map(([node, creation, words]) => new Reference(node, creation, words));

export const anyTerm: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.maxSafeInteger(),
    anyAtom,
    anyPid,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Float(value)),
    fc.uint8Array({ maxLength: 300 }).map(binary),
    fc.array(tie("term"), { maxLength: 4 }).map((elements) => new List(elements)),
    fc.array(tie("term"), { maxLength: 4 }).map((elements) => tuple(...elements)),
    fc.uniqueArray(fc.tuple(fc.nat(), tie("term")), { maxLength: 3, selector: ([key]) => key }).map(map),
  ),
})).term;
