import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeRebar3 } from "./support/erlang.js";
import { useEpmd } from "./support/epmd.js";

const ROOT = join(import.meta.dirname, "..");

/** The commands of the section "On a real node", as one shell script. */
async function commands(): Promise<string> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const section = /^## On a real node$([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1]).join("\n");
}

/** Runs a script in a process group of its own, which is ended with all that the script started. */
async function run(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  const shell = spawn("bash", ["-e", "-c", script], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  try {
    // `exit`, not `close`: the node that the script leaves running holds the pipes.
    const [code] = (await once(shell, "exit")) as [number | null];
    return { code: code ?? 1, output };
  } finally {
    process.kill(-shell.pid!, "SIGKILL");
  }
}

describeRebar3("the README's section on a real node", () => {
  it("leads from rebar3 new release to the finished upgrade, and back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "relupctl-readme-"));
    const epmd = await useEpmd();
    try {
      const bin = join(folder, "bin");
      await mkdir(bin);
      await writeFile(join(bin, "relupctl"), `#!/bin/sh\nexec node ${join(ROOT, "bin", "relupctl.js")} "$@"\n`);
      await chmod(join(bin, "relupctl"), 0o755);
      const { code, output } = await run(await commands(), folder, {
        ...process.env,
        HOME: folder,
        PATH: `${bin}:${process.env["PATH"]}`,
        ERL_EPMD_PORT: String(epmd.port),
        ERL_EPMD_ADDRESS: "127.0.0.1",
        ERL_AFLAGS: "-kernel inet_dist_use_interface {127,0,0,1}",
        NO_COLOR: "1",
      });
      expect(output).toContain("shop 0.1.0 -> 0.2.0 on shop@localhost, upgrade by the appups");
      expect(output).toMatch(/before {3}0\n {2}after {4}{counted,0}/);
      expect(output).toMatch(/before {3}{counted,0}\n {2}after {4}0/);
      expect(output).toContain("A start boots it already, by start_erl.data");
      expect(output).toContain("Downgraded to 0.1.0");
      expect(output).toContain("Took back shop 0.1.0 -> 0.2.0");
      expect(output).toContain("Nothing to do: shop@localhost is not locked");
      expect(output).toMatch(/Wrote prod\.yaml: shop@localhost, which runs shop 0\.1\.0;.*Upgraded to 0\.2\.0/s);
      expect(code).toBe(0);
    } finally {
      await epmd.release();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
