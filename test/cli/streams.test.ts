import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { copyRoot } from "./support/root.js";
import { COUNTER, environment, PROGRAM, relupctl, REPOSITORY, TIMEOUT_MS, type Finished } from "./support/run.js";

const run = promisify(execFile);

/** Runs a line of shell in which `$RELUPCTL` is the program; it must exit with 0. */
const shell = async (line: string): Promise<Pick<Finished, "stdout" | "stderr">> =>
  await run("bash", ["-o", "pipefail", "-c", line], {
    cwd: REPOSITORY,
    env: environment({ RELUPCTL: `${process.execPath} ${PROGRAM}` }),
    timeout: TIMEOUT_MS,
  });

describe("standard output", () => {
  it("may be closed by its reader: that is no error", async () => {
    using root = copyRoot("store");
    // More than a pipe holds, so that the program is still writing when the reader ends.
    const stores = Array.from({ length: 2_000 }, (_, index) => `["store${index}", []],`).join(" ");
    root.edit("lib/my_store-1.0.0/ebin/Elixir.MyStore.Application.js", '["books", []],', stores);
    const { stdout, stderr } = await shell(`$RELUPCTL tree --all --root ${root.path} | head -1`);
    expect(stdout).toMatch(/^kernel [\d.]+\n$/);
    expect(stderr).toBe("");
  });

  it("may be closed before an upgrade: it is carried out and logged", async () => {
    const { stdout, stderr } = await shell(
      `log=$(mktemp); $RELUPCTL apply 0.2.0 --root ${COUNTER} --log-file $log | true; tail -1 $log; rm $log`,
    );
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ msg: "ended", exitCode: 0 });
  });

  it("that can't be written to is an error", async () => {
    const line = `$RELUPCTL tree --root ${COUNTER} > /dev/full; code=$?; echo "exit code $code" >&2`;
    const { stderr } = await shell(line);
    expect(stderr).toMatch(/^error: the result could not be written: ENOSPC.*\nexit code 1\n$/);
  });
});

describe("colour", () => {
  it("is not written where there is no terminal, whatever the environment says", async () => {
    const env = { CI: "true", FORCE_COLOR: "1", TERM: "xterm-256color" };
    const [tree, refused] = await Promise.all([
      relupctl(["tree", "--root", COUNTER], { env }),
      relupctl(["plan", "9", "--root", COUNTER], { env }),
    ]);
    expect(tree.code).toBe(0);
    expect(refused.code).toBe(2);
    expect(tree.stdout + refused.stderr).not.toContain("\u001b");
  });
});
