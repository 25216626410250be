import type { Logger } from "pino";
import type { UnpackPhase } from "../engine/releases/unpack.js";
import type { Io } from "./io.js";
import { statusLine } from "./status-line.js";
import { sizeText } from "./views/size.js";

const BAR = 24;
/** The terminal isn't written to more often than this. */
const EVERY_MS = 50;

const WORDS: Readonly<Record<UnpackPhase, string>> = {
  read: "reading",
  compare: "comparing with the node",
  try: "trying the object code",
  send: "sending",
  unpack: "unpacking on the node",
  verify: "verifying",
};

export interface TransferView {
  readonly onProgress: (phase: UnpackPhase, done: number, of: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** Follows a package on its way: a line on the terminal with a bar while it is sent, and each phase in the log. */
export function followTransfer(io: Io, log: Logger, name: string, quiet: boolean): TransferView {
  const line = statusLine(io, quiet);
  let phase: UnpackPhase | undefined;
  let shownAt = 0;
  return {
    onProgress: (now, done, of) => {
      if (now !== phase) log.info({ phase: now }, "unpack_phase");
      const isDue = now !== phase || done === of || performance.now() - shownAt >= EVERY_MS;
      phase = now;
      if (!line.isShown || !isDue) return;
      shownAt = performance.now();
      line.show(now === "send" ? `sending ${name}  ${barText(done, of)}` : `${WORDS[now]}  ${name}`);
    },
    end: line.clear,
  };
}

function barText(done: number, of: number): string {
  const part = of === 0 ? 1 : done / of;
  const full = Math.floor(part * BAR);
  return `[${"=".repeat(full)}${" ".repeat(BAR - full)}] ${Math.floor(part * 100)}%  ${sizeText(done)} of ${sizeText(of)}`;
}
