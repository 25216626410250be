import type { Outcome, Target } from "../target/target.js";
import { atomName, listElements, stringText, taggedTuple, textOf, tupleElements } from "../terms/access.js";
import { atom, list, string, tuple, type Term } from "../terms/term.js";
import { call, caseOf, fun, isSame, name, variable } from "./abstract-form.js";
import { evaluate } from "./erl-eval.js";
import { ask, attempt, CallError, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";
import {
  changedState,
  readHandlerState,
  type HandlerLibrary,
  type HandlerRelease,
  type HandlerState,
} from "./release-handler-state.js";

export type { HandlerLibrary, HandlerRelease, HandlerState, HandlerStatus } from "./release-handler-state.js";
export { withCurrent } from "./release-handler-state.js";

export type ReleaseStatus = "unpacked" | "current" | "permanent" | "old";

export interface KnownRelease {
  readonly name: string;
  readonly vsn: string;
  readonly status: ReleaseStatus;
}

/** The releases the node's release handler knows; undefined on a node where it isn't running (no sasl). */
export async function whichReleases(target: Target, options: CallOptions = {}): Promise<KnownRelease[] | undefined> {
  const outcome = await ask(target, "release_handler:which_releases/0", [], options);
  if (outcome.kind !== "returned") return undefined;
  return (listElements(outcome.value) ?? []).flatMap((each) => {
    const [name, vsn, , status] = tupleElements(each, 4) ?? [];
    const known = { name: textOf(name), vsn: textOf(vsn), status: atomName(status) };
    return known.name === undefined || known.vsn === undefined || known.status === undefined
      ? []
      : [known as KnownRelease];
  });
}

/**
 * The release that the node runs: the `current` one, else the `permanent` one (`release_handler:which_releases/0`);
 * without a release handler the one it was booted from (`init:script_id/0`).
 */
export async function runningRelease(
  target: Target,
  options: CallOptions = {},
): Promise<{ readonly name: string; readonly vsn: string } | undefined> {
  const releases = await whichReleases(target, options);
  const running =
    releases?.find(({ status }) => status === "current") ?? releases?.find(({ status }) => status === "permanent");
  if (running !== undefined) return running;
  return await bootedRelease(target, options);
}

/** The release whose boot script the node was started with (`init:script_id/0`). */
export async function bootedRelease(
  target: Target,
  options: CallOptions = {},
): Promise<{ readonly name: string; readonly vsn: string } | undefined> {
  const [name, vsn] = tupleElements(await invoke(target, "init:script_id/0", [], options), 2) ?? [];
  const booted = { name: textOf(name), vsn: textOf(vsn) };
  return booted.name === undefined || booted.vsn === undefined ? undefined : { name: booted.name, vsn: booted.vsn };
}

/**
 * The state of the node's release handler: undefined where it isn't running (no sasl), `unknown` where it has a form
 * that no OTP release known here has.
 * @throws CallError where it doesn't answer
 */
export async function handlerState(
  target: Target,
  options: CallOptions = {},
): Promise<HandlerState | "unknown" | undefined> {
  const timeoutMs = options.timeoutMs ?? 5_000;
  const args = [atom("release_handler"), timeoutMs];
  const outcome = await attempt(target, "sys:get_state/2", args, { timeoutMs: timeoutMs + 1_000 });
  if (outcome.kind === "returned") return readHandlerState(outcome.value) ?? "unknown";
  const exit = outcome.kind === "raised" ? tupleElements(outcome.reason)?.[0] : undefined;
  if (atomName(exit) === "noproc") return undefined;
  throw new CallError("sys:get_state/2", outcome);
}

/** `fun(State) -> case State =:= Before of true -> After; false -> State end end`, and whether it is After then. */
const REPLACE = isSame(
  call(
    "sys:replace_state/3",
    name("release_handler"),
    fun(
      "State",
      caseOf(isSame(variable("State"), variable("Before")), [
        [name("true"), variable("After")],
        [name("false"), variable("State")],
      ]),
    ),
    variable("Timeout"),
  ),
  variable("After"),
);

/**
 * Puts other releases into the release handler, in memory only, where its state is still the one that was read. OTP has
 * no function for it: `install_release` alone makes a release current, and it would execute the upgrade again.
 * @param unpurged modules whose old code the next `make_permanent` purges; as they are, where it isn't given
 * @returns false where the state is another one by now; nothing was changed then
 */
export async function replaceReleases(
  target: Target,
  state: HandlerState,
  releases: readonly HandlerRelease[],
  unpurged?: Term,
  options: CallOptions = {},
): Promise<boolean> {
  const timeoutMs = options.timeoutMs ?? 5_000;
  const bindings = { Before: state.term, After: changedState(state, releases, unpurged), Timeout: timeoutMs };
  const outcome = await evaluate(target, REPLACE, bindings, { timeoutMs: timeoutMs + 1_000 });
  if (outcome.kind !== "returned") throw new CallError("sys:replace_state/3", outcome);
  return atomName(outcome.value) === "true";
}

/** What release_handler answered: a value, or the reason of `{error, Reason}`. */
export type HandlerAnswer = { readonly value: Term } | { readonly error: Term };

function answerOf(answer: Term): HandlerAnswer {
  const reason = taggedTuple(answer, "error", 2)?.[1];
  return reason === undefined ? { value: answer } : { error: reason };
}

/**
 * Unpacks `releases/<name>.tar.gz` (`release_handler:unpack_release/1`).
 * @returns the version of what was unpacked, or why it could not be
 */
export async function unpackRelease(
  target: Target,
  packageName: string,
  options: CallOptions = {},
): Promise<{ readonly vsn: string } | { readonly error: Term }> {
  const called = "release_handler:unpack_release/1";
  const answer = await invoke(target, called, [string(packageName)], options);
  const vsn = stringText(taggedTuple(answer, "ok", 2)?.[1]);
  if (vsn !== undefined) return { vsn };
  const result = answerOf(answer);
  if ("error" in result) return result;
  throw new UnexpectedAnswer(called, answer);
}

/** What `release_handler:install_release/2` answered. */
export type InstallAnswer =
  /** All is done, or will be when the emulator, which is about to restart, has started (`restart_emulator`). */
  | { readonly kind: "installed" }
  /** The emulator is about to restart, and the rest is done then (`restart_new_emulator`). */
  | { readonly kind: "continues_after_restart" }
  | { readonly kind: "refused"; readonly reason: Term }
  /** There was no answer: it may go on, or have ended with the node. */
  | { readonly kind: "lost"; readonly outcome: Exclude<Outcome, { kind: "returned" }> };

/**
 * Has the release handler execute the upgrade to a release (`release_handler:install_release/2`, without options: where a
 * step fails past the point of no return, it restarts the node).
 * @param options.timeoutMs for the whole upgrade
 */
export async function installRelease(target: Target, vsn: string, options: CallOptions): Promise<InstallAnswer> {
  const called = "release_handler:install_release/2";
  const outcome = await attempt(target, called, [string(vsn), list()], options);
  if (outcome.kind !== "returned") return { kind: "lost", outcome };
  const result = answerOf(outcome.value);
  if ("error" in result) return { kind: "refused", reason: result.error };
  if (taggedTuple(outcome.value, "ok", 3) !== undefined) return { kind: "installed" };
  if (taggedTuple(outcome.value, "continue_after_restart", 3) !== undefined) return { kind: "continues_after_restart" };
  throw new UnexpectedAnswer(called, outcome.value);
}

/** Makes the current release the one that a start boots (`release_handler:make_permanent/1`). */
export async function makePermanent(target: Target, vsn: string, options: CallOptions = {}): Promise<HandlerAnswer> {
  return answerOf(await invoke(target, "release_handler:make_permanent/1", [string(vsn)], options));
}

/** Forgets a release, and deletes no file (`release_handler:set_removed/1`). */
export async function setRemoved(target: Target, vsn: string, options: CallOptions = {}): Promise<HandlerAnswer> {
  return answerOf(await invoke(target, "release_handler:set_removed/1", [string(vsn)], options));
}

const libraryTerms = (libraries: readonly HandlerLibrary[]): Term =>
  list(...libraries.map(({ name, vsn, dir }) => tuple(atom(name), string(vsn), string(dir))));

/**
 * Makes a release known that lies there unpacked already (`release_handler:set_unpacked/2`).
 * @param elsewhere applications that don't lie in the root's `lib`; each `dir` is the directory above `<app>-<vsn>`
 */
export async function setUnpacked(
  target: Target,
  relFile: string,
  elsewhere: readonly HandlerLibrary[],
  options: CallOptions = {},
): Promise<HandlerAnswer> {
  const args = [string(relFile), libraryTerms(elsewhere)];
  return answerOf(await invoke(target, "release_handler:set_unpacked/2", args, options));
}
