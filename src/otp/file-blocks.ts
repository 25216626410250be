import { listElements, taggedTuple } from "../terms/access.js";
import type { Target } from "../target/target.js";
import { atom, binary, list, string, tuple, type Term } from "../terms/term.js";
import { bind, block, call, caseOf, fun, name, tupleOf, variable } from "./abstract-form.js";
import { overBatches } from "./batch.js";
import { bytesOf, hex } from "./decode.js";
import { evaluate } from "./erl-eval.js";
import { errorReason, FileError } from "./file.js";
import { attempt, CallError, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/**
 * Files in blocks. A file that is opened belongs to the process that opened it, and each call to a node is a process of
 * its own; so opening, what is done, and closing are one expression. Nothing of a block depends on another one: they may
 * be under way at once and end in any order.
 */

/** How digests are made on a node: SHA-256, or MD5 where the node has no crypto. */
export type DigestAlgorithm = "sha256" | "md5";

/** What the node can: `crypto` is an application of its own, and a release may leave it out. */
export async function digestAlgorithm(target: Target, options: CallOptions = {}): Promise<DigestAlgorithm> {
  const outcome = await attempt(target, "crypto:hash/2", [atom("sha256"), binary("")], options);
  if (outcome.kind === "returned" && bytesOf(outcome.value)?.length === 32) return "sha256";
  if (outcome.kind === "raised") return "md5";
  throw outcome.kind === "returned" ? new UnexpectedAnswer("crypto:hash/2", outcome.value) : asError(outcome);
}

const asError = (outcome: ConstructorParameters<typeof CallError>[1]): CallError =>
  new CallError("erl_eval:expr/5", outcome);

const digestOf = (algorithm: DigestAlgorithm, data: Term): Term =>
  algorithm === "sha256" ? call("crypto:hash/2", name("sha256"), data) : call("erlang:md5/1", data);

const ok = (value: string): Term => tupleOf(name("ok"), variable(value));
const otherwise: readonly [Term, Term] = [variable("Other"), variable("Other")];

/** `case file:open(Path, Modes) of {ok, Fd} -> Result = <work>, file:close(Fd), Result; Other -> Other end` */
const withOpenFile = (work: Term): Term =>
  caseOf(call("file:open/2", variable("Path"), variable("Modes")), [
    [ok("Fd"), block(bind("Result", work), call("file:close/1", variable("Fd")), variable("Result"))],
    otherwise,
  ]);

const WRITE = withOpenFile(call("file:pwrite/3", variable("Fd"), variable("Offset"), variable("Data")));
const READ = withOpenFile(call("file:pread/3", variable("Fd"), variable("Offset"), variable("Size")));

/** Opened for reading too, so that what is there already stays (`file:open/2`, mode `write`). */
const WRITE_MODES = list(atom("raw"), atom("binary"), atom("read"), atom("write"));
const READ_MODES = list(atom("raw"), atom("binary"), atom("read"));

async function evaluated(
  target: Target,
  expression: Term,
  bindings: Readonly<Record<string, Term>>,
  options: CallOptions,
): Promise<Term> {
  const outcome = await evaluate(target, expression, bindings, options);
  if (outcome.kind !== "returned") throw asError(outcome);
  return outcome.value;
}

/** Writes bytes at an offset of a file, which is made where there is none. @throws FileError */
export async function writeBlock(
  target: Target,
  path: string,
  offset: number,
  data: Uint8Array,
  options: CallOptions = {},
): Promise<void> {
  const bindings = { Path: string(path), Modes: WRITE_MODES, Offset: offset, Data: binary(data) };
  const reason = errorReason(await evaluated(target, WRITE, bindings, options));
  if (reason !== undefined) throw new FileError("file:pwrite/3", path, reason);
}

/** Reads up to `size` bytes at an offset of a file; none behind its end. @throws FileError */
export async function readBlock(
  target: Target,
  path: string,
  offset: number,
  size: number,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const bindings = { Path: string(path), Modes: READ_MODES, Offset: offset, Size: size };
  const answer = await evaluated(target, READ, bindings, options);
  const reason = errorReason(answer);
  if (reason !== undefined) throw new FileError("file:pread/3", path, reason);
  return bytesOf(taggedTuple(answer, "ok", 2)?.[1]) ?? new Uint8Array();
}

const digestBlocks = (algorithm: DigestAlgorithm): Term =>
  withOpenFile(
    call(
      "lists:map/2",
      fun(
        "Offset",
        caseOf(call("file:pread/3", variable("Fd"), variable("Offset"), variable("Size")), [
          [ok("Data"), digestOf(algorithm, variable("Data"))],
          otherwise,
        ]),
      ),
      variable("Offsets"),
    ),
  );

/** Blocks whose digests are asked for in one call. */
const BLOCKS_AT_ONCE = 16;

/**
 * The digests, in hexadecimal, of the blocks of `size` bytes at the offsets of a file; undefined for a block that the
 * file doesn't have, and for all of a file that isn't there.
 */
export async function blockDigests(
  target: Target,
  path: string,
  offsets: readonly number[],
  size: number,
  algorithm: DigestAlgorithm,
  options: CallOptions = {},
): Promise<(string | undefined)[]> {
  const expression = digestBlocks(algorithm);
  return await overBatches(chunked(offsets, BLOCKS_AT_ONCE), async (batch) => {
    const bindings = { Path: string(path), Modes: READ_MODES, Size: size, Offsets: list(...batch) };
    const answer = await evaluated(target, expression, bindings, options);
    const digests = listElements(answer)?.map((each) => bytesOf(each));
    return batch.map((_, index) => (digests?.[index] === undefined ? undefined : hex(digests[index])));
  });
}

const digestFiles = (algorithm: DigestAlgorithm): Term =>
  call(
    "lists:map/2",
    fun(
      "File",
      caseOf(call("file:read_file/1", variable("File")), [
        [ok("Data"), digestOf(algorithm, variable("Data"))],
        otherwise,
      ]),
    ),
    variable("Files"),
  );

const FILES_AT_ONCE = 64;

/** The digest of each file's content in hexadecimal, in the order asked; undefined for one that can't be read. */
export async function fileDigests(
  target: Target,
  paths: readonly string[],
  algorithm: DigestAlgorithm,
  options: CallOptions = {},
): Promise<(string | undefined)[]> {
  const expression = digestFiles(algorithm);
  return await overBatches(chunked(paths, FILES_AT_ONCE), async (batch) => {
    const answer = await evaluated(target, expression, { Files: list(...batch.map(string)) }, options);
    const digests = listElements(answer);
    if (digests?.length !== batch.length) throw new UnexpectedAnswer("lists:map/2", answer);
    return digests.map((each) => {
      const bytes = bytesOf(each);
      return bytes === undefined ? undefined : hex(bytes);
    });
  });
}

const PREPARE = call(
  "lists:map/2",
  fun(
    "Module",
    caseOf(variable("Module"), [
      [
        tupleOf(variable("Name"), variable("Code")),
        caseOf(call("erlang:prepare_loading/2", variable("Name"), variable("Code")), [
          [tupleOf(name("error"), variable("Reason")), tupleOf(name("error"), variable("Reason"))],
          [variable("_"), name("ok")],
        ]),
      ],
    ]),
  ),
  variable("Modules"),
);

/**
 * Why the node could not load each object code, in order; undefined for one that it could. `erlang:prepare_loading/2`
 * does all of loading but the last step, so nothing changes on the node.
 */
export async function refusedCode(
  target: Target,
  modules: readonly { readonly module: string; readonly code: Uint8Array }[],
  options: CallOptions = {},
): Promise<(string | undefined)[]> {
  const bindings = { Modules: list(...modules.map(({ module, code }) => pair(module, code))) };
  const answer = await evaluated(target, PREPARE, bindings, options);
  const results = listElements(answer);
  if (results?.length !== modules.length) throw new UnexpectedAnswer("lists:map/2", answer);
  return results.map(errorReason);
}

const pair = (module: string, code: Uint8Array): Term => tuple(atom(module), binary(code));

function chunked<T>(elements: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < elements.length; at += size) chunks.push(elements.slice(at, at + size));
  return chunks;
}
