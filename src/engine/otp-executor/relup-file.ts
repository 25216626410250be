import { deleteFile, readFile } from "../../otp/file.js";
import type { CallOptions } from "../../otp/invoke.js";
import { encodeInstruction, encodeRelup } from "../../release/encode.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import { readRelup } from "../../release/read.js";
import type { Relup, RelupEntry } from "../../release/records.js";
import type { Target } from "../../target/target.js";
import { prettyTerm } from "../../terms/pretty.js";
import { printTerm } from "../../terms/print.js";
import { nil } from "../../terms/term.js";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { replaceFile } from "../releases/keep-files.js";
import { isProtocolCode } from "../source/consolidated-protocols.js";

/** A relup that was written for an upgrade, to be taken away again. */
export interface PlacedRelup {
  /** Undefined where the release's own relup says what the plan says. */
  readonly file: string | undefined;
  /** Puts the file back as it was. @throws FileError */
  restore(target: Target): Promise<void>;
}

/**
 * Sees that the release handler will find the script of the plan where it looks for it: in the relup of the release gone
 * to, by the one come from, else in that of the release come from (`release_handler:do_get_rh_script/4`). Where there is
 * no relup, or another script in it, one is written.
 * @throws FileError where it can't be
 */
export async function placeRelup(
  target: Target,
  relDir: string,
  upgrade: Upgrade,
  options: CallOptions,
): Promise<PlacedRelup> {
  const { from, to, direction } = upgrade;
  const script = ownScript(upgrade.script);
  const [top, field, base] = direction === "up" ? ([to, "upFrom", from] as const) : ([from, "downTo", to] as const);
  const file = `${relDir}/${top}/relup`;
  const content = await readFile(target, file, options);
  const relup: Relup = content === undefined ? { vsn: top, upFrom: [], downTo: [] } : readRelup(content, file).record;
  const found = relup[field].find(({ vsn }) => vsn === base);
  if (found !== undefined && textOf(found.script) === textOf(script)) {
    return { file: undefined, restore: () => Promise.resolve() };
  }
  const entry: RelupEntry = { vsn: base, description: nil, script };
  const placed: Relup = { ...relup, [field]: [entry, ...relup[field].filter((each) => each !== found)] };
  const text = `%% coding: utf-8\n${prettyTerm(encodeRelup(placed))}.\n`;
  await replaceFile(target, file, new TextEncoder().encode(text), options);
  return {
    file,
    restore: async (node) => {
      if (content === undefined) await deleteFile(node, file, options);
      else await replaceFile(node, file, content, options);
    },
  };
}

/** The script without what OTP can't do: a node that restarts loads the protocols by itself. */
function ownScript(script: readonly LowLevelInstruction[]): LowLevelInstruction[] {
  const protocols = new Set(script.filter(isProtocolCode).flatMap(({ modules }) => modules));
  return script.filter((step) => !isProtocolCode(step) && !(step.instruction === "load" && protocols.has(step.module)));
}

const textOf = (script: readonly LowLevelInstruction[]): string =>
  script.map((step) => printTerm(encodeInstruction(step))).join("\n");
