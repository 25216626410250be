import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConnectOptions } from "../../src/distribution/index.js";
import { describeErlang } from "../support/erlang.js";
import { freePort } from "../support/epmd.js";
import { standStill, startNode } from "../support/peer.js";
import { startProxy } from "../support/proxy.js";
import { challenge, named } from "./fake-node.js";
import { connectCode, connectError, connectTo, eventually, useNode } from "./support.js";

const SECRET = "OPENSESAME";
/** For what is answered at once, however busy the machine is; `timeoutMs` of what never is answered is far shorter. */
const PATIENT_MS = 30_000;
const at = (port: number, options: Partial<ConnectOptions> = {}): ConnectOptions => ({
  ...{ node: `shop@127.0.0.1:${port}`, cookie: SECRET, timeoutMs: PATIENT_MS },
  ...options,
});

/** A server that does with each connection what it is told. */
function useServer(): { port(): number; behave: (socket: Socket) => void; connections: Set<Socket> } {
  let server: Server;
  const state = {
    port: () => (server.address() as AddressInfo).port,
    behave: (() => undefined) as (socket: Socket) => void,
    connections: new Set<Socket>(),
  };
  beforeAll(async () => {
    server = createServer((socket) => {
      state.connections.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => state.connections.delete(socket));
      socket.resume();
      state.behave(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(async () => {
    // Whatever became of it: the other side must be gone.
    await eventually(() => state.connections.size === 0);
  });
  afterAll(async () => {
    server.close();
    await once(server, "close");
  });
  return state;
}

describe("connecting to what is no node", () => {
  const server = useServer();

  it.each<[string, string, (socket: Socket) => void]>([
    ["not-erlang", "an HTTP server", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["not-erlang", "a server that speaks first", (socket) => socket.write("220 mail.example.org ESMTP\r\n")],
    ["not-erlang", "noise", (socket) => socket.write(Buffer.alloc(100_000, 0xa5))],
    ["not-erlang", "a huge length", (socket) => socket.write(Buffer.from([0xff, 0xff]))],
    ["not-erlang", "zeroes", (socket) => socket.write(Buffer.alloc(64))],
    ["tls-required", "a TLS server", (socket) => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 10]))],
    ["connection-closed", "a server that closes", (socket) => socket.end()],
    ["connection-closed", "a server that resets", (socket) => socket.resetAndDestroy()],
    ["connect-timeout", "a silent server", (socket) => socket.resume()],
    ["connect-timeout", "a server that stops in the status", (socket) => socket.write(Buffer.from([0, 3]))],
    ["connect-timeout", "a server that stops after it", (socket) => socket.write(named("x@127.0.0.1", 9))],
    [
      "wrong-cookie",
      "a server that closes on our digest",
      (socket) => {
        socket.write(Buffer.concat([named("x@127.0.0.1", 9), challenge({ node: "shop@127.0.0.1" })]));
        socket.on("data", (bytes: Buffer) => {
          if (bytes.includes("r")) socket.end();
        });
      },
    ],
  ])("fails with %s: %s", async (code, _, behave) => {
    server.behave = behave;
    const timeoutMs = code === "connect-timeout" ? 300 : PATIENT_MS;
    const started = performance.now();
    const error = await connectError(at(server.port(), { timeoutMs }));
    expect(performance.now() - started).toBeLessThan(PATIENT_MS);
    expect(error.problems[0]!.code).toBe(code);
    expect(error.problems[0]!.hint ?? error.problems[0]!.detail).toMatch(/./);
  });

  it("says in which phase the time was over", async () => {
    // Where the machine stands still in an earlier phase the time is over there, and more of it is given.
    const says = async (text: string, behave: (socket: Socket) => void, options: Partial<ConnectOptions> = {}) => {
      server.behave = behave;
      let detail: string | undefined;
      for (const timeoutMs of [300, 2_000, 8_000]) {
        const error = await connectError(at(server.port(), { timeoutMs, ...options }));
        expect(error.problems[0]!.code).toBe("connect-timeout");
        detail = error.problems[0]!.detail;
        if (detail?.includes(text) === true) return;
      }
      expect(detail).toContain(text);
    };
    await says("did not answer to our name", () => undefined);
    await says("no challenge", (socket) => socket.write(named("x@127.0.0.1", 9)));
    const upTo = Buffer.concat([named("x@127.0.0.1", 9), challenge({ node: "shop@127.0.0.1" })]);
    await says("our reply to its challenge", (socket) => socket.write(upTo));
    await says("TLS", () => undefined, { tls: {} });
    await says("epmd", () => undefined, { node: "shop@127.0.0.1", epmdPort: server.port() });
  });

  it.each<[string, string, (socket: Socket) => void]>([
    ["not-epmd", "an HTTP server", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["not-epmd", "a server that closes", (socket) => socket.end()],
    ["not-epmd", "half an answer", (socket) => socket.end(Buffer.from([119, 0, 1]))],
    ["not-epmd", "a server that resets", (socket) => socket.resetAndDestroy()],
    ["connect-timeout", "a silent server", (socket) => socket.resume()],
    ["node-not-registered", "only a refusal", (socket) => socket.end(Buffer.from([119, 1]))],
    ["otp-too-old", "an old node", (socket) => socket.end(Buffer.from([119, 0, 0, 9, 77, 0, 0, 5, 0, 5, 0, 0, 0, 0]))],
  ])("in place of epmd fails with %s: %s", async (code, _, behave) => {
    server.behave = behave;
    const timeoutMs = code === "connect-timeout" ? 300 : PATIENT_MS;
    const options = at(0, { node: "shop@127.0.0.1", epmdPort: server.port(), timeoutMs });
    expect(await connectCode(options)).toBe(code);
  });

  it("fails where nothing listens, and where no host is", async () => {
    const port = await freePort();
    expect(await connectCode(at(port))).toBe("connection-refused");
    expect(await connectCode(at(port, { node: "shop@127.0.0.1", epmdPort: port }))).toBe("epmd-unreachable");
    const nowhere = { node: "shop@no-such-host.invalid:4000" };
    expect(await connectCode(at(port, nowhere))).toBe("host-unknown");
    expect(await connectCode(at(port, { node: "shop" }))).toBe("invalid-node-name");
    expect(await connectCode(at(port, { name: "a@b@c" }))).toBe("invalid-node-name");
    expect(await connectCode(at(port, { cookie: "" }))).toBe("cookie-invalid");
  });

  it("speaks TLS only when told to, and says when the other side does not", async () => {
    // A node without TLS waits for the rest of the packet that a client hello seems to begin.
    server.behave = (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await connectCode(at(server.port(), { tls: {} }))).toBe("tls-failed");
    server.behave = (socket) => socket.end();
    expect(await connectCode(at(server.port(), { tls: {} }))).toBe("tls-failed");
  });
});

describeErlang("connecting to a real node", () => {
  const node = useNode();
  const to = (options: Partial<ConnectOptions> = {}): ConnectOptions => ({
    ...{ node: node().name, cookie: node().cookie, timeoutMs: PATIENT_MS, epmdPort: node().epmdPort },
    ...options,
  });

  it("goes through epmd, or directly to a port", async () => {
    await using first = await connectTo(node());
    await using second = await connectTo(node(), { node: `${node().name}:${node().port}`, epmdPort: 1 });
    expect(second.identity).toEqual({ ...first.identity, client: second.self });
  });

  it("asks the epmd that ERL_EPMD_PORT names", async () => {
    const before = process.env["ERL_EPMD_PORT"];
    process.env["ERL_EPMD_PORT"] = String(node().epmdPort);
    try {
      await using target = await connectTo(node(), { epmdPort: undefined });
      expect(target.identity.node).toBe(node().name);
    } finally {
      if (before === undefined) delete process.env["ERL_EPMD_PORT"];
      else process.env["ERL_EPMD_PORT"] = before;
    }
  });

  it("with another cookie is refused, and the node says so in its log", async () => {
    expect(await connectCode(to({ cookie: SECRET }))).toBe("wrong-cookie");
    expect(await connectCode(to({ cookie: SECRET, name: "stranger" }))).toBe("wrong-cookie");
    // Those of the tests before may be there for a moment yet.
    await eventually(async () => (await node().eval("nodes(hidden)")) === "[]");
  });

  it("with a name that is connected is refused, and the other connection stays", async () => {
    await using target = await connectTo(node(), { name: "me" });
    expect(await connectCode(to({ name: "me" }))).toBe("name-in-use");
    const call = { module: "erlang", function: "abs", args: [-1] };
    expect(await target.call(call, { timeoutMs: PATIENT_MS })).toEqual({ kind: "returned", value: 1 });
  });

  it("that epmd doesn't know tells which it knows", async () => {
    const { problems } = await connectError(to({ node: "no_such_node@localhost" }));
    expect(problems[0]).toMatchObject({ code: "node-not-registered" });
    expect(problems[0]!.detail).toContain(node().name.split("@")[0]);
  });

  it("that is another one at that port is refused", async () => {
    expect(await connectCode(to({ node: `other@localhost:${node().port}` }))).toBe("wrong-node");
  });

  it("at epmd's port is no node", async () => {
    // epmd closes on what it does not understand.
    expect(await connectCode(to({ node: `x@localhost:${node().epmdPort}` }))).toMatch(
      /^(not-erlang|connection-closed)$/,
    );
  });

  it("that allows others only is refused", async () => {
    await using strict = await startNode();
    await strict.eval("net_kernel:allow(['friend@localhost'])");
    const options = { node: strict.name, cookie: strict.cookie };
    const refused = await connectError(to(options));
    expect(refused.problems[0]).toMatchObject({ code: "not-allowed" });
    await using friend = await connectTo(strict, { name: "friend" });
    expect(friend.ownNode).toBe("friend@localhost");
  });

  it("is given up in time, wherever the connection is cut, reset or stalled", async () => {
    await using proxy = await startProxy(node());
    const options = to({ node: `${node().name}:${proxy.port}` });
    {
      await using target = await connectTo(node(), { node: options.node });
      expect(target.identity.node).toBe(node().name);
    }
    // Where each turn ended in the conversation that just took place.
    const turns = proxy.transcript.map(({ from, bytes }) => ({ from, bytes: bytes.length }));
    const sent = { client: 0, server: 0 };
    for (const { from, bytes } of turns.slice(0, 6)) {
      for (const after of [sent[from], sent[from] + 1, sent[from] + Math.floor(bytes / 2)]) {
        for (const action of ["cut", "reset", "stall"] as const) {
          proxy.fault = { action, from, after };
          const timeoutMs = action === "stall" ? 300 : PATIENT_MS;
          const started = performance.now();
          const code = await connectCode({ ...options, timeoutMs });
          expect(performance.now() - started).toBeLessThan(PATIENT_MS);
          expect(code).toMatch(action === "stall" ? /^connect-timeout$/ : /^(connection-closed|wrong-cookie)$/);
        }
      }
      sent[from] += bytes;
    }
    proxy.fault = undefined;
    await using target = await connectTo(node(), { node: options.node });
    expect(target.identity.node).toBe(node().name);
  });

  it("that is stopped is given up in time", async () => {
    await using stopped = await startNode();
    standStill(stopped);
    const started = performance.now();
    const options = { node: stopped.name, cookie: stopped.cookie, timeoutMs: 300 };
    expect(await connectCode(to(options))).toBe("connect-timeout");
    expect(performance.now() - started).toBeLessThan(PATIENT_MS);
    stopped.signal("SIGCONT");
    await using target = await connectTo(stopped);
    expect(target.identity.node).toBe(stopped.name);
  });

  it("with a long name takes a long one of its own", async () => {
    await using long = await startNode({ long: true });
    await using target = await connectTo(long);
    expect(target.ownNode).toMatch(/^[0-9A-Z]+@127\.0\.0\.1$/);
    await using named = await connectTo(long, { name: "me" });
    expect(named.ownNode).toBe("me@127.0.0.1");
  });

  it("over IPv6", async () => {
    const loopback = "{0,0,0,0,0,0,0,1}";
    const args = ["-proto_dist", "inet6_tcp", "-kernel", "inet_dist_use_interface", loopback];
    await using six = await startNode({ long: true, host: "::1", bindLoopback: false, args });
    await using target = await connectTo(six);
    expect(target.identity.node).toBe(six.name);
    const alive = six.name.split("@")[0]!;
    await using direct = await connectTo(six, { node: `${alive}@[::1]:${six.port}`, epmdPort: 1 });
    expect(direct.identity).toEqual({ ...target.identity, client: direct.self });
    expect(await six.eval("length(nodes(hidden))")).toBe("2");
  });

  it("leaves nothing that keeps the program running", () => {
    const script = `
      import { connect } from "./src/distribution/index.js";
      const options = ${JSON.stringify(to())};
      const target = await connect(options);
      const late = target.call({ module: "timer", function: "sleep", args: [60000] }, { timeoutMs: 60000 });
      await connect({ ...options, cookie: "another" }).catch((error) => console.log(error.problems[0].code));
      await target[Symbol.asyncDispose]();
      console.log(JSON.stringify(await late), (await target.down).kind);`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const output = execFileSync(process.execPath, args, { timeout: 55_000, encoding: "utf8" });
    expect(output).toBe('wrong-cookie\n{"kind":"unknown","cause":"connection_lost"} closed\n');
  });
});
