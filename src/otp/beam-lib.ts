import type { Target } from "../target/target.js";
import { atomName, listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { atom, binary, list, type Term } from "../terms/term.js";
import { exportsCodeChange, singleVsn } from "./code.js";
import { bytesOf, hex } from "./decode.js";
import { ask, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** `beam_lib` of OTP: what object code says of itself. */

/**
 * The version that object code says of itself, as `release_handler_1:get_vsn/1` reads it for code_change: the `vsn`
 * attribute, the one element of it where it is not a string, the MD5 as an integer where the source names none.
 */
export async function objectCodeVsn(target: Target, code: Uint8Array, options: CallOptions = {}): Promise<Term> {
  const answer = await invoke(target, "beam_lib:version/1", [binary(code)], options);
  const vsn = tupleElements(taggedTuple(answer, "ok", 2)?.[1], 2)?.[1];
  if (vsn === undefined) throw new UnexpectedAnswer("beam_lib:version/1", answer);
  return singleVsn(vsn);
}

/** The module that object code is, and its MD5 in hexadecimal (`beam_lib:md5/1`); undefined where it is no object code. */
export async function objectCodeIdentity(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<{ readonly module: string; readonly md5: string } | undefined> {
  const outcome = await ask(target, "beam_lib:md5/1", [binary(code)], options);
  if (outcome.kind !== "returned") return undefined;
  const [module, md5] = tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2) ?? [];
  const [name, bytes] = [atomName(module), bytesOf(md5)];
  return name === undefined || bytes === undefined ? undefined : { module: name, md5: hex(bytes) };
}

/** The MD5 of object code (`beam_lib:md5/1`), in hexadecimal; undefined where it is no object code. */
export async function objectCodeMd5(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<string | undefined> {
  return (await objectCodeIdentity(target, code, options))?.md5;
}

/** True when object code exports `code_change/3` or `code_change/4`; undefined where it is no object code. */
export async function objectCodeExportsCodeChange(
  target: Target,
  code: Uint8Array,
  options: CallOptions = {},
): Promise<boolean | undefined> {
  const outcome = await ask(target, "beam_lib:chunks/2", [binary(code), list(atom("exports"))], options);
  if (outcome.kind !== "returned") return undefined;
  const chunks = listElements(tupleElements(taggedTuple(outcome.value, "ok", 2)?.[1], 2)?.[1]);
  const exports = taggedTuple(chunks?.[0], "exports", 2)?.[1];
  return exports === undefined ? undefined : exportsCodeChange(exports);
}
