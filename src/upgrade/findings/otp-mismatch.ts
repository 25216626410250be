import type { Finding } from "../finding.js";
import { firstOf } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** The new code, or the release, was made for another OTP than the one that runs. */
export const otpMismatch: UpgradeRule = (context) => [...compiledByNewer(context), ...otherErts(context)];

/** The first two numbers of the compiler that each OTP release came with first; a later patch may raise them. */
const FIRST_COMPILERS: ReadonlyMap<number, string> = new Map([
  [25, "8.2"],
  [26, "8.3"],
  [27, "8.5"],
  [28, "9.0"],
  [29, "10.0"],
]);

const compiledByNewer: UpgradeRule = ({ looked, facts }) => {
  const { nodeCompiler } = looked;
  if (nodeCompiler === undefined) return [];
  // OTP is made by a compiler that may be older than the one it brings: that of 27.3 is 8.6, and its own code is by 8.5.
  const next = FIRST_COMPILERS.get(Number(facts.otpRelease) + 1);
  const isOfNodesOtp = (compiler: string): boolean => next !== undefined && isAfter(next, compiler);
  // What runs already was made by such a compiler, so the node can run it.
  const proven = [nodeCompiler, ...[...looked.code.values()].flatMap(({ previous }) => previous?.compiler ?? [])];
  const newer = [...looked.code].flatMap(([module, { next: { compiler } = {} }]) => {
    if (compiler === undefined || isOfNodesOtp(compiler)) return [];
    return proven.every((other) => isAfter(compiler, other)) ? [{ module, compiler }] : [];
  });
  const [first] = newer;
  if (first === undefined) return [];
  const finding: Finding = {
    code: "otp-mismatch",
    severity: "error",
    summary: `${newer.length === 1 ? first.module : `${newer.length} modules`} ${newer.length === 1 ? "was" : "were"} compiled by a newer OTP than the node's`,
    detail:
      `The compiler was ${first.compiler}, and this node (OTP ${facts.otpRelease}) was made by ${nodeCompiler}. Code may use ` +
      `instructions and functions that this node doesn't have, so it would not load, or fail when it runs: ` +
      `${firstOf(
        newer.map(({ module }) => module),
        10,
      )}.`,
    hint: `Build the release with OTP ${facts.otpRelease}, the oldest that it is to run on.`,
    module: newer.length === 1 ? first.module : undefined,
    pids: [],
  };
  return [finding];
};

const otherErts: UpgradeRule = ({ looked: { erts }, upgrade, facts }) => {
  const restarts = upgrade.script.some(({ instruction }) => instruction === "restart_new_emulator");
  if (erts === undefined || erts.wanted === erts.running || restarts) return [];
  return [
    {
      code: "otp-mismatch",
      severity: "error",
      summary: `${upgrade.name} ${upgrade.to} is for ERTS ${erts.wanted}, but the node runs ${erts.running}`,
      detail: `The node is OTP ${facts.otpRelease}, and the script doesn't restart the emulator: the new code would run on a runtime it wasn't built with, and the next start would be with another one.`,
      hint: "Build the release with the OTP of the node, or change the runtime with a restart.",
      module: undefined,
      pids: [],
    },
  ];
};

/** Whether a version is higher in its first two numbers; the rest are patches, which change no code that is made. */
function isAfter(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}
