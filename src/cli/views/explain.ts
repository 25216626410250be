import type { Explanation } from "../explain/texts.js";
import { fit, wrap, type Paint } from "./paint.js";

const KIND_WORDS: Readonly<Record<Explanation["kind"], string>> = {
  finding: "a finding of plan or doctor",
  problem: "a problem that relupctl reports",
  reason: "an error reason of OTP's release handling",
};

/** One text for people. */
export function explanationText({ code, kind, means, todo }: Explanation, paint: Paint): string {
  return [
    `${paint.strong(code)}, ${KIND_WORDS[kind]}`,
    wrap(plain(means), paint.width, 2),
    wrap(`What to do: ${plain(todo)}`, paint.width, 2),
  ].join("\n\n");
}

const TITLES: Readonly<Record<Explanation["kind"], string>> = {
  finding: "Findings of plan and doctor",
  problem: "Problems that relupctl reports",
  reason: "Error reasons of OTP's release handling",
};

/** All codes by kind, each with the begin of its text, a line a code. */
export function explanationsText(explanations: readonly Explanation[], paint: Paint): string {
  const width = Math.max(...explanations.map(({ code }) => code.length));
  const blocks = (["finding", "problem", "reason"] as const).map((kind) => {
    const lines = explanations
      .filter((each) => each.kind === kind)
      .map(({ code, means }) => `  ${code.padEnd(width)}  ${paint.faint(fit(plain(means), paint.width - width - 4))}`);
    return [paint.strong(TITLES[kind]), ...lines].join("\n");
  });
  return [...blocks, wrap("relupctl explain CODE prints all of it.", paint.width, 0)].join("\n\n");
}

/** A terminal shows no marks of code. */
const plain = (text: string): string => text.replaceAll("`", "");
