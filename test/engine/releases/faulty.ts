import { keyFind } from "../../../src/terms/access.js";
import { atom, tuple } from "../../../src/terms/term.js";
import type { Mfa, Outcome, Target } from "../../../src/target/target.js";

/** A target of which some calls are answered by somebody else. */
export const faulty = (target: Target, answer: (mfa: Mfa) => Outcome | undefined): Target => ({
  identity: target.identity,
  down: target.down,
  call: (mfa, options) => {
    const given = answer(mfa);
    return given === undefined ? target.call(mfa, options) : Promise.resolve(given);
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** Whether a block of a package is written. */
export const isBlockWrite = ({ module, args }: Mfa): boolean =>
  module === "erl_eval" && keyFind(args[1], "Data") !== undefined;

/** A target on whose disk no file can be written, for a reason such as `eacces`. */
export const unwritable = (target: Target, reason: string): Target =>
  faulty(target, ({ module, function: fun }) =>
    module === "file" && fun === "write_file"
      ? { kind: "returned", value: tuple(atom("error"), atom(reason)) }
      : undefined,
  );
