import { isatty } from "node:tty";
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
  /** True where stderr is a terminal on which a progress line can be written over. */
  readonly errIsTerminal: boolean;
  /** Waits until the results are written; gives the error, where they could not be. */
  readonly written: () => Promise<Error | undefined>;
}

/** Columns where nothing says how many there are. */
const DEFAULT_WIDTH = 80;

/** The io of this process: colour only on a terminal, and not where `NO_COLOR` is set or `TERM` is dumb. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  let failure: Error | undefined;
  // A reader that has seen enough (`| head -1`) is no error, and must not end an upgrade half-way.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") failure ??= error;
  });
  stderr.on("error", () => undefined);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    paint: paintFor(stdout),
    paintErr: paintFor(stderr),
    errIsTerminal: isatty(stderr.fd) && process.env["TERM"] !== "dumb",
    written: async () => {
      await new Promise<void>((resolve) => {
        stdout.write("", () => {
          resolve();
        });
      });
      return failure;
    },
  };
}

function paintFor(stream: NodeJS.WriteStream & { readonly fd: number }): Paint {
  const { NO_COLOR = "", TERM } = process.env;
  const isTerminal = isatty(stream.fd);
  const colour = isTerminal && NO_COLOR === "" && TERM !== "dumb";
  // A terminal may not know its width and say 0.
  return makePaint(colour, (isTerminal && stream.columns) || DEFAULT_WIDTH);
}
