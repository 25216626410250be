import { makePaint, type Paint } from "./views/paint.js";

/** Where a command writes to, so that tests can read it and nothing is printed past it. */
export interface Io {
  /** Results. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors. */
  readonly err: (text: string) => void;
  /** For stdout. */
  readonly paint: Paint;
  /** For stderr. */
  readonly paintErr: Paint;
  /** True where stderr is a terminal, on which a progress line can be written over. */
  readonly errIsTerminal: boolean;
}

/** The io of this process: colour only on a terminal, and not where `NO_COLOR` is set or `TERM` is dumb. */
export function processIo(): Io {
  const wantsColour = (stream: NodeJS.WriteStream): boolean =>
    stream.isTTY && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";
  const paintFor = (stream: NodeJS.WriteStream): Paint =>
    makePaint(wantsColour(stream), stream.isTTY ? stream.columns : 80);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    paint: paintFor(process.stdout),
    paintErr: paintFor(process.stderr),
    errIsTerminal: process.stderr.isTTY,
  };
}
