import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { REPOSITORY } from "./run.js";

/** A folder of a test's own, gone when the test ends. Paths are taken from it. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "relupctl-cli-"));

  /** The absolute path of a file in it. */
  at(file: string): string {
    return join(this.path, file);
  }

  read(file: string): string {
    return readFileSync(this.at(file), "utf8");
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.at(file)), { recursive: true });
    writeFileSync(this.at(file), text);
  }

  /** Puts a text in the place of another, which must be there. */
  edit(file: string, what: string, by: string): void {
    const text = this.read(file);
    if (!text.includes(what)) throw new Error(`${file} doesn't hold ${what}`);
    this.write(
      file,
      text.replace(what, () => by),
    );
  }

  remove(file: string): void {
    rmSync(this.at(file), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A copy of a demo release root, to be broken. */
export function copyRoot(name: "counter" | "store"): TemporaryFolder {
  const folder = new TemporaryFolder();
  cpSync(join(REPOSITORY, "releases", name), folder.path, { recursive: true });
  return folder;
}

/** Where the counter 0.2.0 lies in its root. */
export const COUNTER_020 = "lib/counter-0.2.0/ebin";
/** What its code_change gives on the way up. */
const CONVERTED = 'return tuple(atom("ok"), counted(state));';

/** A copy of the counter whose upgrade to 0.2.0 ends with another statement in code_change. */
export function counterWhoseCodeChange(statement: string): TemporaryFolder {
  const root = copyRoot("counter");
  root.edit(`${COUNTER_020}/counter.js`, CONVERTED, statement);
  return root;
}
