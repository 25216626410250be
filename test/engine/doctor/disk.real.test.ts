import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectTo } from "../../support/connect.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { startNode } from "../../support/peer.js";
import { findingsOf, only } from "./support.js";

/** Runs a command with a small disk of its own at a directory, which is gone with the command. */
const withDisk = (directory: string, script: string): string[] => [
  ...["unshare", "--mount", "sh", "-c"],
  ...[`mount -t tmpfs -o size=1m tmpfs '${directory}' && ${script}`, "sh"],
];

const canMount = ((): boolean => {
  const directory = mkdtempSync(join(tmpdir(), "relupctl-mount-"));
  try {
    const [command, ...args] = withDisk(directory, "true");
    execFileSync(command!, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
})();

describeErlang("doctor on a node whose code lies on a small disk", () => {
  const oracle = useOracle();
  let root: string;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "relupctl-disk-"));
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.skipIf(!canMount)("disk-almost-full, where os_mon tells (needs a user that may mount)", async () => {
    const otp = (await oracle.run("code:root_dir().")).toString();
    const erts = readdirSync(otp).find((name) => name.startsWith("erts-"))!;
    const prefix = withDisk(root, `ln -s '${otp}'/* '${root}' && exec "$@"`);
    await using node = await startNode({
      prefix,
      root: { directory: root, erts: erts.slice("erts-".length) },
      args: ["-kernel", "logger_level", "none"],
    });
    expect(await node.eval("code:root_dir()")).toBe(`"${root}"`);
    await using target = await connectTo(node);
    const fill = (percent: number): Promise<string> =>
      node.eval(`application:stop(os_mon), ok = file:write_file("${root}/fill", <<0:(${percent} * 8 * 10486)>>),
        {ok, _} = application:ensure_all_started(os_mon), disksup:get_disk_data()`);
    expect(await fill(96)).toContain(`{"${root}",1024,9`);
    expect(only(await findingsOf(target), "disk-almost-full")).toMatchObject({
      severity: "warning",
      summary: expect.stringMatching(new RegExp(`^${root} is 9\\d% full$`)) as string,
    });
    await fill(40);
    expect(await findingsOf(target)).toEqual([]);
  });
});
