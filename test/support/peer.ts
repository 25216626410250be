import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { useEpmd } from "./epmd.js";

/**
 * Real Erlang and Elixir nodes for tests: distributed, on loopback only, each with a random cookie and a home folder of
 * its own, registered with an epmd that belongs to this test process (`epmd.ts`). A node ends with `stop()`, and by
 * itself when the test process is gone, however that went.
 */

export interface NodeOptions {
  /** The part before the `@`; by default a unique one. */
  readonly name?: string;
  /** `-name NAME@127.0.0.1` instead of `-sname NAME@localhost`. */
  readonly long?: boolean;
  /** The part after the `@`, in place of the default one. */
  readonly host?: string;
  /** Starts `elixir` instead of `erl`. */
  readonly elixir?: boolean;
  /** By default a random one. Give that of another node to let the two connect. */
  readonly cookie?: string;
  /** More arguments for `erl`. With `elixir`, none may contain a space. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Starts `erlexec` with this directory as ROOTDIR, as the start script of a release does; `erts-VSN` must lie in it. */
  readonly root?: { readonly directory: string; readonly erts: string };
  /** A command that is given the emulator's, and becomes it (`exec`): as another user, or with other mounts. */
  readonly prefix?: readonly string[];
  /** False: no `-kernel inet_dist_use_interface`; then `args` must keep the node on loopback. */
  readonly bindLoopback?: boolean;
}

export interface PeerNode extends AsyncDisposable {
  /** The full node name. */
  readonly name: string;
  readonly host: string;
  /** The port it listens on for distribution. */
  readonly port: number;
  readonly epmdPort: number;
  readonly cookie: string;
  readonly pid: number;
  /** Its home folder, removed by `stop()`. */
  readonly home: string;
  /**
   * Evaluates Erlang expressions in a process of their own, and gives the value as `~0tp` prints it. The final full stop
   * is optional. Rejects with what was raised, and when the node is gone.
   */
  eval(expressions: string): Promise<string>;
  /** What the node has printed so far (the last 64 KiB). */
  output(): string;
  /** Sends a signal to the node's own pid. */
  signal(signal: NodeJS.Signals): void;
  /** Kills the node and waits until it is gone. Harmless when it is already. */
  stop(): Promise<void>;
}

/** Erlang expressions, to be evaluated on a node, that end when the condition holds there. */
export const until = (condition: string): string =>
  `(fun Wait() -> (${condition}) orelse begin timer:sleep(5), Wait() end end)()`;

const SERVER = `
Print = fun(Value) -> unicode:characters_to_binary(io_lib:format("~0tp", [Value])) end,
Evaluate = fun(Source) ->
  try
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Source)),
    {ok, Exprs} = erl_parse:parse_exprs(Tokens),
    {value, Value, _} = erl_eval:exprs(Exprs, []),
    [0, Print(Value)]
  catch Class:Reason:Stack -> [1, Print({Class, Reason, Stack})]
  end
end,
spawn(fun() ->
  Port = open_port({fd, 3, 4}, [binary, {packet, 4}, eof]),
  Self = self(),
  Loop = fun Loop() ->
    receive
      {Port, {data, <<Id:32, Source/binary>>}} ->
        spawn(fun() -> Self ! {reply, [<<Id:32>>, Evaluate(Source)]} end), Loop();
      {reply, Reply} -> port_command(Port, Reply), Loop();
      {Port, eof} -> erlang:halt(0, [{flush, false}]);
      _ -> Loop()
    end
  end,
  Loop()
end).
`;

const READY = `
Wait = fun Wait() -> case init:get_status() of {started, _} -> ok; _ -> timer:sleep(10), Wait() end end,
Wait(),
[Name, _] = string:split(atom_to_list(node()), "@"),
Port = case catch erl_epmd:port_please(Name, {127,0,0,1}) of {port, P, _} -> P; _ -> 0 end,
{list_to_integer(os:getpid()), Port}.
`;

let serial = 0;
/** The nodes that run, each with its home folder. */
const running = new Map<ChildProcess, string>();
process.on("exit", () => {
  for (const [child, home] of running) {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
});

/** Starts a node and waits until it is up. Rejects, with what it printed, when it does not come up in 50 seconds. */
export async function startNode(options: NodeOptions = {}): Promise<PeerNode> {
  const epmd = await useEpmd();
  const host = options.host ?? (options.long === true ? "127.0.0.1" : "localhost");
  const name = `${options.name ?? `peer_${process.pid}_${++serial}`}@${host}`;
  const cookie = options.cookie ?? randomBytes(12).toString("hex");
  const home = mkdtempSync(join(tmpdir(), "relupctl-node-"));
  writeFileSync(join(home, ".erlang.cookie"), cookie, { mode: 0o400 });
  const server = join(home, "server.eval");
  writeFileSync(server, SERVER);

  const erlArguments = [
    ...[options.long === true ? "-name" : "-sname", name, "-start_epmd", "false"],
    ...(options.bindLoopback === false ? [] : ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"]),
    ...["-eval", `file:eval("${server}")`, ...(options.args ?? [])],
  ];
  const [command, args] =
    options.elixir === true
      ? ["elixir", ["--no-halt", "--erl", ["-noinput", ...erlArguments].join(" "), "-e", ":ok"]]
      : [rootedEmulator(options.root), ["-noinput", ...erlArguments]];
  const [first = command, ...rest] = [...(options.prefix ?? []), command, ...args];
  const child = spawn(first, rest, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      ...{ HOME: home, ERL_EPMD_PORT: String(epmd.port), ERL_EPMD_ADDRESS: "127.0.0.1" },
      ...{ ERL_CRASH_DUMP: "/dev/null", ERL_AFLAGS: "", ERL_FLAGS: "", ERL_ZFLAGS: "", LANG: "C.UTF-8" },
      ...rootEnvironment(options.root),
      ...options.env,
    },
  });
  running.set(child, home);
  const node = new Peer(child, { name, host, cookie, home, epmdPort: epmd.port, releaseEpmd: () => epmd.release() });
  try {
    await node.ready();
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node;
}

function rootedEmulator(root: NodeOptions["root"]): string {
  return root === undefined ? "erl" : join(root.directory, `erts-${root.erts}`, "bin", "erlexec");
}

/** What OTP's `erl` script sets for `erlexec`. */
function rootEnvironment(root: NodeOptions["root"]): Record<string, string> {
  if (root === undefined) return {};
  const { directory, erts } = root;
  return { ROOTDIR: directory, BINDIR: join(directory, `erts-${erts}`, "bin"), EMU: "beam", PROGNAME: "erl" };
}

interface Identity {
  readonly name: string;
  readonly host: string;
  readonly cookie: string;
  readonly home: string;
  readonly epmdPort: number;
  readonly releaseEpmd: () => Promise<void>;
}

class Peer implements PeerNode {
  readonly name: string;
  readonly host: string;
  readonly cookie: string;
  readonly home: string;
  readonly epmdPort: number;
  port = 0;
  pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #releaseEpmd: () => Promise<void>;
  readonly #waiting = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();
  #received: Buffer = Buffer.alloc(0);
  #output = "";
  #requests = 0;
  #stopped: Promise<void> | undefined;

  constructor(child: ChildProcess, identity: Identity) {
    this.name = identity.name;
    this.host = identity.host;
    this.cookie = identity.cookie;
    this.home = identity.home;
    this.epmdPort = identity.epmdPort;
    this.pid = child.pid ?? 0;
    this.#releaseEpmd = identity.releaseEpmd;
    this.#child = child;
    this.#exited = once(child, "exit").catch(() => undefined);
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-65_536)));
    }
    const replies = child.stdio[4] as Duplex;
    replies.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    const gone = (): void => {
      running.delete(child);
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.name} is gone\n${this.#output}`));
      this.#waiting.clear();
    };
    child.on("exit", gone);
    child.on("error", gone);
    // Writing to a node that is gone is told by the exit, not by the pipe.
    for (const stream of [child.stdio[3] as Duplex, replies]) stream.on("error", () => undefined);
  }

  async ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${this.name} did not come up\n${this.#output}`));
      }, 50_000);
    });
    try {
      const [, pid, port] = /^\{(\d+),(\d+)\}$/.exec(await Promise.race([this.eval(READY), late])) ?? [];
      this.pid = Number(pid);
      this.port = Number(port);
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const size = this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + size) return;
      const reply = this.#received.subarray(4, 4 + size);
      this.#received = this.#received.subarray(4 + size);
      const id = reply.readUInt32BE(0);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      const text = reply.subarray(5).toString();
      if (reply[4] === 0) waiting?.resolve(text);
      else waiting?.reject(new Error(`${this.name} raised ${text}`));
    }
  }

  eval(expressions: string): Promise<string> {
    if (this.#stopped !== undefined || !running.has(this.#child)) {
      return Promise.reject(new Error(`${this.name} is gone`));
    }
    const source = Buffer.from(/\.\s*$/.test(expressions) ? expressions : `${expressions}.`);
    const head = Buffer.alloc(8);
    const id = ++this.#requests;
    head.writeUInt32BE(4 + source.length, 0);
    head.writeUInt32BE(id, 4);
    const reply = new Promise<string>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    (this.#child.stdio[3] as Duplex).write(Buffer.concat([head, source]));
    return reply;
  }

  output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    if (running.has(this.#child)) process.kill(this.pid, signal);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    if (running.has(this.#child)) this.#child.kill("SIGKILL");
    await this.#exited;
    rmSync(this.home, { recursive: true, force: true });
    await this.#releaseEpmd();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Stops a node (SIGSTOP), and waits until it stands still: a process with many threads runs on for a moment. */
export function standStill(node: PeerNode): void {
  node.signal("SIGSTOP");
  const state = (): string => execFileSync("ps", ["-o", "stat=", "-p", String(node.pid)]).toString();
  while (!state().startsWith("T"));
}

/** An expression: whether the process `name` hibernates. Since OTP 28 a loop that does is still to be seen. */
export const hibernates = (name: string): string =>
  `case process_info(whereis(${name}), current_function) of
    {_, {erlang, hibernate, 3}} -> true;
    {_, {_, LoopOf_${name}, _}} -> LoopOf_${name} =:= loop_hibernate
  end`;

/** An expression that compiles the forms of a module on the node and loads it. */
export const loadForms = (module: string, forms: readonly string[]): string => {
  const parsed = forms.map(
    (form) => `(fun() -> {ok, T, _} = erl_scan:string("${form}"), {ok, F} = erl_parse:parse_form(T), F end)()`,
  );
  return `(fun() -> {ok, M, Code} = compile:forms([${parsed.join(", ")}]), code:load_binary(M, "${module}.beam", Code) end)()`;
};
