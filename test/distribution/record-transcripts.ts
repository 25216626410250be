/**
 * Records the fixtures in fixtures/distribution from real nodes: `npx tsx test/distribution/record-transcripts.ts`.
 * Their replay is tested in transcripts.test.ts, without Erlang.
 */
import { connect, type ConnectOptions } from "../../src/distribution/index.js";
import { binary } from "../../src/terms/term.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { startProxy, type Proxy } from "../support/proxy.js";
import { makeCertificates } from "./certificates.js";
import { writeRecording } from "./transcripts.js";

async function record(name: string, what: string, server: PeerNode, work: (proxy: Proxy) => Promise<unknown>) {
  await using proxy = await startProxy(server);
  await work(proxy);
  const otp = await server.eval("list_to_atom(erlang:system_info(otp_release))");
  const facts = { what, otp: otp.replaceAll("'", ""), peer: server.name, cookie: server.cookie };
  writeRecording(name, { facts, transcript: proxy.transcript });
  console.log(`${name}: ${proxy.transcript.length} turns`);
}

/** Connects through the proxy; what comes of it is in the recording. */
async function through(proxy: Proxy, server: PeerNode, options: Partial<ConnectOptions> = {}): Promise<void> {
  const node = `${server.name}:${proxy.port}`;
  const connecting = connect({ node, cookie: server.cookie, timeoutMs: 5_000, ...options });
  await connecting.then(
    (target) => target[Symbol.asyncDispose](),
    () => undefined,
  );
}

/** A node that looks for all others at this port, without epmd. */
const clientOf = (server: PeerNode, port: number, name: string): Promise<PeerNode> =>
  startNode({
    name,
    cookie: server.cookie,
    args: ["-hidden", "-dist_listen", "false", "-erl_epmd_port", String(port)],
  });

await using server = await startNode({ name: "peer" });
const meet = `true = net_kernel:connect_node('${server.name}')`;

await record("erl-static", "a hidden erl node connects", server, async (proxy) => {
  await using client = await clientOf(server, proxy.port, "client");
  await client.eval(meet);
});
await record("erl-dynamic", "an erl node whose name the server makes up connects", server, async (proxy) => {
  await using client = await clientOf(server, proxy.port, "undefined");
  await client.eval(meet);
});
await record("session", "our client connects, asks two questions and leaves", server, (proxy) =>
  through(proxy, server),
);
await record("fragments", "our client is answered with a term in two fragments", server, async (proxy) => {
  const node = `${server.name}:${proxy.port}`;
  await using target = await connect({ node, cookie: server.cookie, timeoutMs: 5_000 });
  await target.call({ module: "binary", function: "copy", args: [binary("x"), 66_000] }, { timeoutMs: 5_000 });
});
await record("wrong-cookie", "our client has another cookie", server, (proxy) =>
  through(proxy, server, { cookie: "not-the-one", name: "client" }),
);
await record("name-in-use", "our client has the name of a connected one", server, async (proxy) => {
  const target = await connect({
    ...{ node: `${server.name}:${server.port}`, cookie: server.cookie, timeoutMs: 5_000, name: "client" },
  });
  await through(proxy, server, { name: "client" });
  await target[Symbol.asyncDispose]();
});
await using strict = await startNode({ name: "strict" });
await strict.eval("net_kernel:allow(['friend@localhost'])");
await record("not-allowed", "our client is not among those allowed", strict, (proxy) =>
  through(proxy, strict, { name: "client" }),
);
await using certificates = makeCertificates();
await using secure = await startNode({ name: "secure", args: certificates.nodeArguments });
await record("tls-alert", "our client speaks no TLS to a node that does", secure, (proxy) => through(proxy, secure));
