import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

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

// The shell ends epmd by its pid when its own input ends: when we say so, or when this process is gone, however.
const GUARD = 'epmd -port "$0" -address 127.0.0.1 </dev/null & pid=$!; read -r _; kill "$pid"; wait "$pid"; exit 0';

async function start(): Promise<Running> {
  const port = await freePort();
  const shell = spawn("sh", ["-c", GUARD, String(port)], { stdio: ["pipe", "ignore", "ignore"] });
  shell.stdin.on("error", () => undefined);
  for (let attempt = 0; attempt < 2_000; attempt++) {
    if (await answers(port)) return { port, shell };
    await sleep(25);
  }
  await stop({ port, shell });
  throw new Error(`epmd did not come up on port ${port}`);
}

async function stop({ shell }: Running): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return;
  const exited = once(shell, "exit");
  shell.stdin?.end();
  await exited;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}
