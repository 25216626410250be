import * as z from "zod";
import {
  Atom,
  Bitstring,
  ErlMap,
  ExternalFun,
  Float,
  List,
  OpaqueFun,
  Pid,
  Port,
  Reference,
  Tuple,
} from "../../terms/term.js";
import type { Term } from "../../terms/term.js";
import type { RuleId } from "../wording/catalog.js";

/** The smallest parts of the records. Each is told the rule that it breaks: the rule's id travels as zod's message. */

const classes = [Atom, Bitstring, ErlMap, ExternalFun, Float, List, OpaqueFun, Pid, Port, Reference, Tuple];

/** True for a term, as opposed to a record. */
export function isTerm(value: unknown): value is Term {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value === "bigint" || classes.some((each) => value instanceof each);
}

/** Half of a surrogate pair is no character: Erlang has no such string. */
const wellFormed = (content: string): boolean => !/\p{Cs}/u.test(content);

/** Any Erlang term. */
export const term = (rule: RuleId) => z.custom<Term>(isTerm, { error: rule });

/** The longest name an atom can have, in characters. */
export const maxAtomLength = 255;

/** The name of an atom. */
export const atomName = (rule: RuleId) =>
  z
    .string({ error: rule })
    .refine((name) => name.length <= maxAtomLength || Array.from(name).length <= maxAtomLength, {
      error: "atom-too-long",
    })
    .refine(wellFormed, { error: "lone-surrogate" });

/** Text that OTP keeps as a list of characters (systools_make:string_p/1); it may be empty. */
export const text = (rule: RuleId) => z.string({ error: rule }).refine(wellFormed, { error: "lone-surrogate" });

/** One of some atoms. */
export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names, rule: RuleId) =>
  z.enum(names, { error: rule });

/** A whole number from 1 to `max`, or one of some atoms. */
export const limit = <const Names extends readonly [string, ...string[]]>(max: number, names: Names, rule: RuleId) =>
  z.union([z.int({ error: rule }).min(1, { error: rule }).max(max, { error: rule }), z.enum(names, { error: rule })], {
    error: rule,
  });

export const listOf = <Item extends z.ZodType>(item: Item, rule: RuleId) => z.array(item, { error: rule });

/** An object of exactly these fields. `known` are the keys that a misspelt one may have meant. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape, rule: RuleId, known = Object.keys(shape)) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `unknown-key ${known.join(" ")}` : rule),
  });
