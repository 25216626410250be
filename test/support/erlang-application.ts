import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "erlang");

/** Applications of fixtures/erlang, compiled into a temporary library directory `lib/APP-VSN`. */
export interface BuiltApplications extends AsyncDisposable {
  /** The directory that holds `APP-VSN` directories. */
  readonly lib: string;
}

/** Compiles the named fixtures (such as `counter-0.1.0`) with erlc, which must be there. */
export async function buildApplications(names: readonly string[]): Promise<BuiltApplications> {
  const root = await mkdtemp(join(tmpdir(), "relupctl-apps-"));
  const lib = join(root, "lib");
  for (const name of names) {
    const source = join(FIXTURES, name, "src");
    const ebin = join(lib, name, "ebin");
    await mkdir(ebin, { recursive: true });
    await cp(join(FIXTURES, name, "ebin"), ebin, { recursive: true });
    const files = (await readdir(source)).map((file) => join(source, file));
    await run("erlc", ["+debug_info", "-o", ebin, ...files]);
  }
  return {
    lib,
    [Symbol.asyncDispose]: async () => {
      await rm(root, { recursive: true, force: true });
    },
  };
}
