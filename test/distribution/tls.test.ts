import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { binary, type Bitstring } from "../../src/terms/term.js";
import { ProblemError } from "../../src/terms/problem.js";
import { readTlsFiles, type ConnectOptions, type TlsOptions } from "../../src/distribution/index.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { makeCertificates, type Certificates } from "./certificates.js";
import { connectError, connectTo } from "./support.js";

describeErlang("a node with TLS distribution", () => {
  let certificates: Certificates;
  let node: PeerNode;
  let tls: TlsOptions;
  beforeAll(async () => {
    certificates = makeCertificates();
    node = await startNode({ args: certificates.nodeArguments });
    const { read } = certificates;
    tls = { ca: read("ca.pem"), cert: read("client.pem"), key: read("client.key") };
  });
  afterAll(async () => {
    await node.stop();
    await certificates[Symbol.asyncDispose]();
  });
  const codeOf = async (options: Partial<ConnectOptions>): Promise<string> => {
    const base = { node: node.name, cookie: node.cookie, timeoutMs: 30_000, epmdPort: node.epmdPort };
    return (await connectError({ ...base, ...options })).problems[0]!.code;
  };

  it("is called as any other, with large terms too", async () => {
    const files = (name: string): string => join(certificates.folder, name);
    const options = { tlsCa: files("ca.pem"), tlsCert: files("client.pem"), tlsKey: files("client.key") };
    await using target = await connectTo(node, { tls: await readTlsFiles(options) });
    expect(await node.eval("nodes(hidden)")).toBe(`['${target.ownNode}']`);
    const large = binary(new Uint8Array(5_000_000).fill(7));
    const outcome = await target.call({ module: "binary", function: "copy", args: [large] }, { timeoutMs: 50_000 });
    expect(outcome.kind).toBe("returned");
    expect(Buffer.compare((outcome as { value: Bitstring }).value.bytes, large.bytes)).toBe(0);
  });

  it("needs TLS", async () => {
    expect(await codeOf({})).toBe("tls-required");
  });

  it("must be signed by the authority, and have the name", async () => {
    expect(await codeOf({ tls: { ...tls, ca: undefined } })).toBe("tls-failed");
    expect(await codeOf({ tls: { ...tls, ca: certificates.read("stranger.pem") } })).toBe("tls-failed");
    expect(await codeOf({ tls: { ...tls, servername: "other.example.org" } })).toBe("tls-failed");
    const byAddress = `${node.name.split("@")[0]!}@127.0.0.1:${node.port}`;
    expect(await codeOf({ tls, node: byAddress })).toBe("tls-failed");
    // With the name given it is the certificate's, and the next thing to be wrong is the node's own name.
    expect(await codeOf({ tls: { ...tls, servername: "localhost" }, node: byAddress })).toBe("wrong-node");
  });

  it("wants to know us", async () => {
    expect(await codeOf({ tls: { ca: tls.ca } })).toBe("tls-failed");
    const stranger = { cert: certificates.read("stranger.pem"), key: certificates.read("stranger.key") };
    expect(await codeOf({ tls: { ...tls, ...stranger } })).toBe("tls-failed");
    expect(await codeOf({ tls: { ...tls, cert: "no certificate" } })).toBe("tls-failed");
  });

  it("has a cookie still", async () => {
    expect(await codeOf({ tls, cookie: "OPENSESAME" })).toBe("wrong-cookie");
  });

  it("is told from one without", async () => {
    await using plain = await startNode();
    const options = { node: plain.name, cookie: plain.cookie, tls, timeoutMs: 500 };
    // It waits for the end of what it takes for a long packet.
    expect(await codeOf(options)).toBe("connect-timeout");
  });
});

describe("files for TLS", () => {
  it("are read only when some are named, and must be there", async () => {
    expect(await readTlsFiles({})).toBeUndefined();
    expect(await readTlsFiles({ tlsServername: "x" })).toMatchObject({ servername: "x" });
    for (const files of [{ tlsCa: "/nowhere/ca.pem" }, { tlsCert: "/nowhere/cert.pem" }, { tlsKey: "k" }]) {
      await expect(readTlsFiles(files)).rejects.toBeInstanceOf(ProblemError);
    }
  });
});
