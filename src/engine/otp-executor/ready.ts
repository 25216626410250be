import { allEnv } from "../../otp/application.js";
import { ask, type CallOptions } from "../../otp/invoke.js";
import { fileInfos } from "../../otp/file.js";
import type { Target } from "../../target/target.js";
import { atomName, keyFind, stringText } from "../../terms/access.js";
import { Pid, atom } from "../../terms/term.js";
import { emulatorRestart, type Upgrade } from "../../upgrade/upgrade.js";
import type { PreparedUpgrade } from "../prepared.js";
import { keepAccount, register, type Account } from "../releases/account.js";
import { tryToWrite } from "../releases/keep-files.js";
import { refused } from "../releases/problems.js";
import { isProtocolCode } from "../source/consolidated-protocols.js";

/**
 * Sees that the node's release handler can execute an upgrade, before anything changes, and that it knows both releases.
 * Several of these it doesn't look at itself, and restarts the node, or lets it end, where they fail.
 * @throws ProblemError `executor-unfit`, `heart-not-running`, `release-not-found` and those of accounts; FileError
 */
export async function readyHandler(
  target: Target,
  { upgrade, config }: PreparedUpgrade,
  options: CallOptions = {},
): Promise<Account> {
  refuseChoices(upgrade);
  const account = await keepAccount(target, options);
  const { handler, node } = account;
  const runs = handler.releases.find(({ status }) => status === "current") ?? permanentOf(account);
  if (runs?.vsn !== upgrade.from) {
    throw unfit(
      `the release handler of ${node} takes ${runs?.vsn ?? "nothing"} for what runs, and not ${upgrade.from}`,
      "It would upgrade from there.",
    );
  }
  const release = account.releases.find(({ vsn }) => vsn === upgrade.to);
  if (release === undefined) throw refused("release-not-found", `${node} has no release ${upgrade.to}`);
  await register(target, account, release, options);
  // A relup may have to be written, and RELEASES is.
  await tryToWrite(target, account.relDir, options);
  const restart = emulatorRestart(upgrade.script)?.instruction;
  const isElixir = keyFind(keyFind(config.after, "elixir"), "config_provider_init") !== undefined;
  if (restart !== "restart_emulator" && (isElixir || upgrade.script.some(isProtocolCode))) {
    throw unfit(
      "the release is one of Elixir, of which OTP's release handler knows not enough",
      "It would neither run config providers (runtime.exs) nor load consolidated protocols.",
    );
  }
  if (restart !== undefined) await canRestart(target, account, options);
  return account;
}

const permanentOf = ({ handler }: Account) => handler.releases.find(({ status }) => status === "permanent");

/** What OTP's release handler can't be told. */
function refuseChoices({ kind, includeMissed }: Upgrade): void {
  if (kind !== "release") throw unfit("OTP's release handler installs whole releases, and no single application");
  if (includeMissed === true) throw unfit("OTP's release handler can't include processes that it doesn't see");
}

/**
 * `release_handler` has the node end, and heart start it again by a program of the release. It doesn't look whether there
 * is any heart, or such a program (release_handler:prepare_restart_new_emulator/6).
 */
async function canRestart(target: Target, { root, node }: Account, options: CallOptions): Promise<void> {
  const [heart, environment] = await Promise.all([
    ask(target, "erlang:whereis/1", [atom("heart")], options),
    allEnv(target, "sasl", options),
  ]);
  if (heart.kind !== "returned" || !(heart.value instanceof Pid)) {
    throw refused(
      "heart-not-running",
      `${node} runs without heart: nothing would start it again`,
      "OTP restarts an emulator by having it end, and heart start it anew.",
      "Start the node with -heart, or restart it into the new release by hand.",
    );
  }
  if (atomName(keyFind(environment, "static_emulator")) === "true") {
    throw unfit(
      `${node} has a static emulator (sasl's parameter static_emulator): it can't be restarted by an upgrade`,
    );
  }
  const program = stringText(keyFind(environment, "start_prg")) ?? `${root}/bin/start`;
  const [info] = await fileInfos(target, [program], options);
  if (info !== undefined) return;
  throw refused(
    "heart-not-running",
    `there is no ${program}, by which heart would start ${node} again`,
    "It is called with the path of a file like start_erl.data, which names the erts and the release to start.",
    "Put one there, or name another in sasl's parameter start_prg.",
  );
}

const unfit = (summary: string, detail?: string): Error =>
  refused("executor-unfit", summary, detail, "Leave out --executor otp: relupctl does the steps itself then.");
