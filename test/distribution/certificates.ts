import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Certificates of a test: an authority, a node's for localhost and a client's, and one that nobody trusts. */
export interface Certificates extends AsyncDisposable {
  readonly folder: string;
  readonly read: (name: "ca.pem" | "client.pem" | "client.key" | "stranger.pem" | "stranger.key") => string;
  /** For `erl`: distribution over TLS, and only with those whom the authority knows. */
  readonly nodeArguments: readonly string[];
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "relupctl-tls-"));
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const selfSigned = (name: string): void => {
    openssl("req", "-x509", ...key, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
  };
  const signed = (name: string, alternativeName: string): void => {
    openssl("req", ...key.slice(0, -2), "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternativeName}\n`);
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...authority, "-extfile", `${name}.ext`, "-out", `${name}.pem`);
  };
  selfSigned("ca");
  selfSigned("stranger");
  signed("node", "DNS:localhost");
  signed("client", "DNS:client.invalid");
  const file = (name: string): string => JSON.stringify(join(folder, name));
  writeFileSync(
    join(folder, "ssl_dist.conf"),
    `[{server, [{certfile, ${file("node.pem")}}, {keyfile, ${file("node.key")}}, {cacertfile, ${file("ca.pem")}},
       {verify, verify_peer}, {fail_if_no_peer_cert, true}]},
      {client, [{verify, verify_none}]}].\n`,
  );
  return {
    folder,
    read: (name) => readFileSync(join(folder, name), "utf8"),
    nodeArguments: ["-proto_dist", "inet_tls", "-ssl_dist_optfile", join(folder, "ssl_dist.conf")],
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
