import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe } from "vitest";

/** True where `erl` can be started. */
export const erlangAvailable = commandExists("erl");
/** True where `elixir` can be started. */
export const elixirAvailable = commandExists("elixir");
export const rebar3Available = commandExists("rebar3");

/** With `RELUPCTL_REQUIRE_ERLANG=1` a test that needs Erlang fails where it is missing, instead of being skipped. */
const required = process.env["RELUPCTL_REQUIRE_ERLANG"] === "1";

function commandExists(command: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function describeWhere(available: boolean, what: string, name: string, body: () => void): void {
  if (available) {
    describe(name, body);
  } else if (required) {
    describe(name, () => {
      beforeAll(() => {
        throw new Error(`${what} is not installed, and RELUPCTL_REQUIRE_ERLANG=1 asks for it`);
      });
      body();
    });
  } else {
    describe.skip(`${name} [skipped: ${what} is not installed]`, body);
  }
}

/** A suite that needs a real Erlang: skipped, loudly and counted, where there is none. */
export function describeErlang(name: string, body: () => void): void {
  describeWhere(erlangAvailable, "Erlang", name, body);
}

/** A suite that needs a real Elixir (and so Erlang). */
export function describeElixir(name: string, body: () => void): void {
  describeWhere(elixirAvailable && erlangAvailable, "Elixir", name, body);
}

/** A suite that needs rebar3 (and so Erlang). */
export function describeRebar3(name: string, body: () => void): void {
  describeWhere(rebar3Available && erlangAvailable, "rebar3", name, body);
}

const SERVER = `
Port = open_port({fd, 0, 1}, [binary, {packet, 4}, eof]),
Parse = fun(Source) ->
  case get({parsed, Source}) of
    undefined ->
      {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Source)),
      {ok, Exprs} = erl_parse:parse_exprs(Tokens),
      put({parsed, Source}, Exprs), Exprs;
    Exprs -> Exprs
  end
end,
Loop = fun Loop() ->
  receive
    {Port, {data, <<Size:32, Source:Size/binary, Input/binary>>}} ->
      Reply = try
        {value, Value, _} = erl_eval:exprs(Parse(Source), [{'Input', Input}]),
        [0, Value]
      catch Class:Reason:Stack ->
        [1, unicode:characters_to_binary(io_lib:format("~p:~p~n~p", [Class, Reason, Stack]))]
      end,
      port_command(Port, Reply), Loop();
    {Port, eof} -> halt(0);
    _ -> Loop()
  end
end,
Loop().
`;

/**
 * A real Erlang that evaluates expressions: the oracle that tests compare with.
 * It is not a distributed node and listens nowhere; it ends when its standard input does.
 */
export class Oracle implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve: (reply: Buffer) => void; reject: (error: Error) => void }[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(erlArguments: readonly string[] = []) {
    this.#process = spawn("erl", ["-noinput", "-boot", "start_clean", ...erlArguments, "-eval", SERVER], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ERL_CRASH_DUMP: "/dev/null" },
    });
    this.#process.stdout!.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    this.#process.on("exit", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("the Erlang oracle ended"));
    });
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const size = this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + size) return;
      const reply = this.#received.subarray(4, 4 + size);
      this.#received = this.#received.subarray(4 + size);
      const { resolve, reject } = this.#waiting.shift()!;
      if (reply[0] === 0) resolve(reply.subarray(1));
      else reject(new Error(`the oracle raised ${reply.subarray(1).toString()}`));
    }
  }

  /**
   * Evaluates Erlang expressions (ending in a full stop) in which `Input` is bound to the binary `input`.
   * Their value must be iodata of bytes: it is the answer. Rejects with the raised reason when they raise.
   */
  async run(source: string, input: Uint8Array | string = new Uint8Array()): Promise<Buffer> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      throw new Error("the Erlang oracle ended");
    const expressions = Buffer.from(source);
    const body = Buffer.from(input);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(4 + expressions.length + body.length, 0);
    head.writeUInt32BE(expressions.length, 4);
    const reply = new Promise<Buffer>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#process.stdin!.write(Buffer.concat([head, expressions, body]));
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.stdin!.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(timer);
  }
}

export interface UsedOracle {
  readonly run: Oracle["run"];
  /** The OTP release that is installed, such as 25: for what OTP itself answers differently from one to another. */
  readonly otpRelease: () => Promise<number>;
}

/** One oracle for the suite it is called in: started before its tests, ended after them. */
export function useOracle(erlArguments: readonly string[] = []): UsedOracle {
  let oracle: Oracle | undefined;
  beforeAll(() => {
    oracle = new Oracle(erlArguments);
  });
  afterAll(async () => {
    await oracle?.[Symbol.asyncDispose]();
  });
  const run: Oracle["run"] = (source, input) => oracle!.run(source, input);
  return { run, otpRelease: async () => Number(await run("erlang:system_info(otp_release).")) };
}
