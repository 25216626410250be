import type { Io } from "./io.js";
import { fit } from "./views/paint.js";

/** Back to the start of the line, and the line emptied. */
const CLEAR_LINE = "\r\u001b[K";

/** One line on the terminal that is written over; nothing where there is no terminal, or the output is for a program. */
export interface StatusLine {
  readonly isShown: boolean;
  readonly show: (text: string) => void;
  readonly clear: () => void;
}

/** @param quiet where nothing is to be shown beside the result */
export function statusLine(io: Io, quiet: boolean): StatusLine {
  const isShown = io.errIsTerminal && !quiet;
  const write = (text: string): void => {
    if (isShown) io.err(`${CLEAR_LINE}${text}`);
  };
  return {
    isShown,
    show: (text) => {
      write(io.paintErr.faint(fit(text, io.paintErr.width - 1)));
    },
    clear: () => {
      write("");
    },
  };
}
