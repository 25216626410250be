import { modulesWithOldCode } from "../../otp/code-path.js";
import type { CallOptions } from "../../otp/invoke.js";
import { replaceReleases, withCurrent } from "../../otp/release-handler.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import type { Target } from "../../target/target.js";
import { listElements, tupleElements } from "../../terms/access.js";
import { equals } from "../../terms/equal.js";
import type { Problem } from "../../terms/problem.js";
import { atom, list, tuple, type Term } from "../../terms/term.js";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { problemOf } from "../failure.js";
import { accountOf, keepAccount, register } from "./account.js";
import { takeInventory } from "./inventory.js";

/**
 * What the node's release handler has to know of an upgrade that it didn't do itself. Its list of releases lives in the
 * state of its process: `current` is never written to disk (release_handler:write_releases/3), so that a restart boots
 * what is permanent. OTP sets the status in `install_release` alone, which also executes the upgrade; so the state is
 * replaced (`sys:replace_state/3`), where its form is the one that is known, and only if nobody changed it meanwhile.
 */
export interface Bookkeeping {
  /** Whether the release handler was told. */
  readonly status: "current" | "permanent" | undefined;
  /**
   * True where it is `current`, and a start boots it all the same, by `start_erl.data`: whoever assembled it in the root
   * of the running one (`rebar3 release`) has written that anew.
   */
  readonly bootsNext?: true;
  /** Why it could not be told; undefined where it was, or where there is nothing to tell. */
  readonly problem?: Problem;
}

export const NOTHING_TO_TELL: Bookkeeping = { status: undefined };

/**
 * Before an upgrade to a release: sees that the release handler knows both releases with all they have.
 * @returns undefined where the release handler can be told afterwards, else what to report then
 */
export async function openBooks(
  target: Target,
  upgrade: Upgrade,
  options: CallOptions = {},
): Promise<Bookkeeping | undefined> {
  if (upgrade.kind !== "release") return NOTHING_TO_TELL;
  try {
    const account = await keepAccount(target, options);
    const release = account.releases.find(({ vsn }) => vsn === upgrade.to);
    if (release !== undefined) await register(target, account, release, options);
    return undefined;
  } catch (error) {
    return { status: undefined, problem: notRecorded(error, upgrade.to) };
  }
}

/**
 * After a script was executed: says that the release `vsn` is what runs, as `install_release` does.
 * @param script what was executed; code that is still old is noted, for the purge at `make_permanent`
 */
export async function recordInstalled(
  target: Target,
  vsn: string,
  script: readonly LowLevelInstruction[],
  options: CallOptions = {},
): Promise<Bookkeeping> {
  try {
    const inventory = await takeInventory(target, options);
    const { handler } = accountOf(inventory);
    const loaded = script.flatMap((step) => (step.instruction === "load" ? [step] : []));
    const old = new Set(await modulesWithOldCode(target, loaded.map(({ module }) => module), options));
    const unpurged = withUnpurged(
      handler.unpurged,
      loaded
        .filter(({ module }) => old.has(module))
        .map(({ module, postPurge }) => tuple(atom(module), atom(postPurge))),
    );
    const releases = withCurrent(handler.releases, vsn);
    const isTold = await replaceReleases(target, handler, releases, unpurged, options);
    const status = releases.find((release) => release.vsn === vsn)?.status;
    const bootsNext = inventory.releases.some((release) => release.vsn === vsn && release.bootsNext);
    if (isTold && status === "current") return { status, ...(bootsNext && { bootsNext }) };
    if (isTold && status === "permanent") return { status };
    throw new Error(`its state changed meanwhile, or it doesn't know ${vsn}`);
  } catch (error) {
    return { status: undefined, problem: notRecorded(error, vsn) };
  }
}

/** Modules to purge: those that are noted already, and each other one once. */
function withUnpurged(known: Term, added: readonly Term[]): Term {
  const before = listElements(known) ?? [];
  const moduleOf = (entry: Term): Term | undefined => tupleElements(entry, 2)?.[0];
  const isKnown = (entry: Term): boolean => before.some((each) => equals(moduleOf(each) ?? each, moduleOf(entry)!));
  return list(...before, ...added.filter((entry) => !isKnown(entry)));
}

function notRecorded(error: unknown, vsn: string): Problem {
  const { code, summary, detail, hint } =
    problemOf(error, "call-failed", "the release handler could not be told");
  return {
    code: "not-recorded",
    severity: "warning",
    summary: `the node's release handler doesn't know that ${vsn} runs`,
    detail: `${summary} [${code}]${detail === undefined ? "" : `: ${detail}`}`,
    hint: `A restart boots what it booted before. ${hint ?? "See relupctl versions; relupctl commit tells it once more."}`,
  };
}
