import { main } from "../../../src/cli/main.js";
import { makePaint } from "../../../src/cli/views/paint.js";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, on 80 columns without colour: for what needs no program of its own. */
export async function runMain(args: readonly string[]): Promise<Said> {
  let out = "";
  let err = "";
  const paint = makePaint(false, 80);
  const code = await main(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    paint,
    paintErr: paint,
    errIsTerminal: false,
    written: () => Promise.resolve(undefined),
  });
  return { code, out, err };
}
