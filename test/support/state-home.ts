import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the programs that tests start keep their state (journals): in a folder that goes when all tests have ended. */
export const STATE_HOME = join(tmpdir(), `relupctl-state-${process.pid}`);

export default function stateHome(): () => void {
  return () => {
    rmSync(STATE_HOME, { recursive: true, force: true });
  };
}
