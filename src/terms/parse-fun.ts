import { ExternalFun } from "./term.js";
import type { Tokens } from "./tokens.js";

const MAX_ARITY = 255;

/**
 * The fun whose `fun` the tokens stand at, and where it ends; the tokens then stand behind it. Funs of other forms are
 * no terms.
 *
 *     fun_expr -> 'fun' atom ':' atom '/' integer
 */
export function parseFunExpr(tokens: Tokens): { fun: ExternalFun; end: number } {
  tokens.next();
  const module = tokens.expectAtom("a module, as in fun lists:map/2");
  tokens.expect(":", "':' and a function, as in fun lists:map/2");
  const name = tokens.expectAtom("a function's name");
  tokens.expect("/", "'/' and an arity");
  const { integer: arity, start, end } = tokens.scanner;
  tokens.expect("integer", "an arity");
  if (arity > MAX_ARITY) throw tokens.errors.badTerm(`the arity of a fun is at most ${MAX_ARITY}`, start, end);
  return { fun: new ExternalFun(module, name, Number(arity)), end };
}
