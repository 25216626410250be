import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificates, type Certificates } from "../distribution/certificates.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { applyDocument, failureDocument, treeDocument } from "./support/documents.js";
import { TemporaryFolder } from "./support/root.js";
import { relupctl, relupctlJson } from "./support/run.js";

const SECRET = "a_cookie_that_nobody_may_see";

describe("a node that can't be reached", () => {
  const unreachable = async (args: readonly string[], env: Record<string, string>) => {
    const { code, document, stderr } = await relupctlJson(["tree", ...args], failureDocument("tree"), { env });
    expect(code).toBe(1);
    return { code: document.error.code, said: JSON.stringify(document) + stderr };
  };

  it("exits with 1, and never shows or logs the cookie", async () => {
    using folder = new TemporaryFolder();
    folder.write("cookie", SECRET);
    const node = ["--node", "nobody@127.0.0.1:1", "--log-file", folder.at("log"), "--log-level", "trace"];
    const [fromEnvironment, fromFile, fromLine] = await Promise.all([
      unreachable(node, { RELUPCTL_COOKIE: SECRET }),
      unreachable([...node, "--cookie-file", folder.at("cookie")], {}),
      unreachable([...node, "--cookie", SECRET], {}),
    ]);
    for (const { code, said } of [fromEnvironment, fromFile, fromLine]) {
      expect(code).toBe("connection-refused");
      expect(said).not.toContain(SECRET);
    }
    expect(fromLine.said).toContain("a cookie on the command line can be seen by everybody on this machine");
    expect(fromFile.said).toContain("cookie can be read by others than its owner");
    expect(folder.read("log")).toContain("connection-refused");
    expect(folder.read("log")).not.toContain(SECRET);
  });

  it("doesn't leave a cookie of the command line in the list of processes", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const listed = async (...cookie: string[]): Promise<string> => {
      const connected = once(server, "connection");
      let child: ChildProcess | undefined;
      const node = ["--node", `silent@127.0.0.1:${port}`, "--connect-timeout", "60s"];
      const finished = relupctl(["tree", ...cookie, ...node], { onStart: (started) => (child = started) });
      await connected;
      const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "args=", "-p", String(child!.pid)]);
      child!.kill("SIGKILL");
      await finished;
      return stdout;
    };
    try {
      for (const line of [await listed("--cookie", SECRET), await listed(`--cookie=${SECRET}`)]) {
        expect(line).toMatch(/^relupctl tree --cookie[ =]\[cookie\] --node silent@127/);
        expect(line).not.toContain(SECRET);
      }
    } finally {
      server.close();
    }
  });

  it("is told apart from a cookie, a name or certificates that can't be used", async () => {
    using folder = new TemporaryFolder();
    const env = { HOME: folder.path, XDG_CONFIG_HOME: folder.path };
    const node = ["--node", "nobody@127.0.0.1:1"];
    const cookie = ["--cookie", SECRET];
    expect(
      await Promise.all(
        [
          node,
          [...node, "--cookie-file", folder.at("none")],
          ["--node", "nobody", ...cookie],
          [...node, ...cookie, "--tls-ca", folder.at("none")],
          [...node, ...cookie, "--tls-cert", folder.at("none")],
          [...node, ...cookie, "--tls-key", folder.at("none")],
        ].map(async (args) => (await unreachable(args, env)).code),
      ),
    ).toEqual(["cookie-missing", "cookie-unreadable", "invalid-node-name", "tls-files", "tls-files", "tls-files"]);
  });

  it("that doesn't answer is given up after --connect-timeout", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const args = ["--node", `silent@127.0.0.1:${port}`, "--cookie", SECRET, "--connect-timeout", "300ms"];
      expect((await unreachable(args, {})).code).toBe("connect-timeout");
    } finally {
      server.close();
    }
  });
});

describeErlang("a real node", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  beforeAll(async () => {
    built = await buildApplications(["counter-0.1.0", "counter-0.2.0"]);
    node = await startNode();
    await node.eval(`code:add_patha("${built.lib}/counter-0.1.0/ebin"), application:start(counter)`);
  });
  afterAll(async () => {
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  it("is found through epmd, and its tree is one document", async () => {
    const args = ["tree", "-n", node.name, "--cookie-file", `${node.home}/.erlang.cookie`];
    const env = { ERL_EPMD_PORT: String(node.epmdPort) };
    const { code, document, stderr } = await relupctlJson(args, treeDocument, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(document.node).toBe(node.name);
    expect(document.processes.find(({ registeredName }) => registeredName === "counter")).toMatchObject({
      application: "counter",
      callbackModule: "counter",
    });
  });

  it("refuses a wrong cookie: exit code 1", async () => {
    const args = ["tree", "-n", `${node.name}:${node.port}`];
    const env = { RELUPCTL_COOKIE: SECRET };
    const { code, document } = await relupctlJson(args, failureDocument("tree"), { env });
    expect(code).toBe(1);
    expect(document.error.code).toBe("wrong-cookie");
  });

  it("is upgraded one application at a time; states are read with --show-state only", async () => {
    using folder = new TemporaryFolder();
    const env = { RELUPCTL_COOKIE: node.cookie };
    const at = ["-n", `${node.name}:${node.port}`, "--log-file", folder.at("log"), "--log-level", "trace"];
    const journal = ["--journal", folder.at("journal")];
    const apply = (vsn: string, ...options: string[]) =>
      relupctlJson(["apply", "--app", `${built.lib}/counter-${vsn}`, ...at, ...journal, ...options], applyDocument, {
        env,
      });
    const up = await apply("0.2.0", "--show-state");
    expect(up).toMatchObject({ code: 0, document: { result: "upgraded", from: "0.1.0", to: "0.2.0" } });
    expect(up.document.states?.find(({ registeredName }) => registeredName === "counter")?.after).toMatch(
      /^\{counted,\d+\}$/,
    );
    const down = await apply("0.1.0");
    expect(down).toMatchObject({ code: 0, document: { direction: "down" } });
    expect(down.document.states).toBeUndefined();
    const snapshot = await relupctl(["snapshot", "-o", folder.at("snapshot"), "--with-env", ...at], { env });
    expect(snapshot.code).toBe(0);
    expect(folder.read("log")).toContain("step_done");
    const written = readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
    // The log, the journals of both upgrades, the snapshot.
    expect(written).toHaveLength(4);
    const said = [up, down].map(({ document, stderr }) => JSON.stringify(document) + stderr);
    expect([...written, ...said, snapshot.stdout + snapshot.stderr].join("\n")).not.toContain(node.cookie);
    expect(readFileSync(up.document.journal!.file, "utf8")).not.toContain(node.cookie);
  });
});

describeErlang("a real node over TLS", () => {
  let certificates: Certificates;
  let node: PeerNode;
  beforeAll(async () => {
    certificates = makeCertificates();
    node = await startNode({ args: certificates.nodeArguments });
  });
  afterAll(async () => {
    await node.stop();
    await certificates[Symbol.asyncDispose]();
  });

  it("is reached with certificates, and with the name that is in its own", async () => {
    const pem = (name: string): string => `${certificates.folder}/${name}`;
    const env = { RELUPCTL_COOKIE: node.cookie };
    const at = ["tree", "-n", `${node.name}:${node.port}`, "--tls-ca", pem("ca.pem")];
    const ours = ["--tls-cert", pem("client.pem"), "--tls-key", pem("client.key")];
    const [trusted, unnamed, stranger] = await Promise.all([
      relupctl([...at, ...ours, "--tls-servername", "localhost"], { env }),
      relupctlJson([...at, ...ours, "--tls-servername", "other.invalid"], failureDocument("tree"), { env }),
      relupctlJson([...at], failureDocument("tree"), { env }),
    ]);
    expect(trusted).toMatchObject({ code: 0, stderr: "" });
    expect(unnamed).toMatchObject({ code: 1, document: { error: { code: "tls-failed" } } });
    expect(stranger.code).toBe(1);
  });
});
