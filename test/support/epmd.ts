import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { Readable } from "node:stream";

/** An epmd of this test process, on a private port of loopback. */
export interface Epmd {
  readonly port: number;
  /** To be called once by each user; the last one ends epmd. */
  release(): Promise<void>;
}

interface Running {
  readonly port: number;
  readonly shell: ChildProcess;
}

let current: Promise<Running> | undefined;
let users = 0;

/** The epmd of this test process; it is started for the first user. */
export async function useEpmd(): Promise<Epmd> {
  users++;
  current ??= start();
  const { port } = await current;
  let released = false;
  return {
    port,
    async release(): Promise<void> {
      if (released) return;
      released = true;
      if (--users > 0) return;
      const ending = current;
      current = undefined;
      if (ending !== undefined) await stop(await ending);
    },
  };
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

// The shell ends epmd by its pid when its own input ends: when we say so, or when this process is gone, however. Its
// output is epmd's alone: what epmd says when it listens, and the end when epmd has ended.
const GUARD =
  'epmd -d -d -port "$0" -address 127.0.0.1 </dev/null 2>&1 & pid=$!; exec >&-; ' +
  'read -r _; kill "$pid"; wait "$pid"; exit 0';

async function start(): Promise<Running> {
  let said = "";
  // Somebody else may take the port first.
  for (let attempt = 0; attempt < 10; attempt++) {
    const port = await freePort();
    const shell = spawn("sh", ["-c", GUARD, String(port)], { stdio: ["pipe", "pipe", "ignore"] });
    shell.stdin.on("error", () => undefined);
    said = await listening(shell.stdout);
    if (said.includes(LISTENS)) return { port, shell };
    await stop({ port, shell });
  }
  throw new Error(`epmd did not come up: ${said}`);
}

const LISTENS = "entering the main select() loop";

/** What epmd says until it listens, or until it has ended. What it says later is read and dropped. */
function listening(output: Readable): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    output.on("data", (chunk: Buffer) => {
      if (said.includes(LISTENS)) return;
      said += chunk.toString();
      if (said.includes(LISTENS)) resolve(said);
    });
    output.on("close", () => {
      resolve(said);
    });
  });
}

async function stop({ shell }: Running): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return;
  const exited = once(shell, "exit");
  shell.stdin?.end();
  await exited;
}
