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

/** The code of the counter 0.2.0, so that a counter ends with the first message after the change of its state. */
export function diesOnceChanged(code: string): string {
  const dying = code.replace(
    CONVERTED,
    `require("relupctl/runtime").send(require("relupctl/runtime").self(), atom("end"));\n  ${CONVERTED}`,
  );
  if (dying === code) throw new Error(`the code doesn't hold ${CONVERTED}`);
  return `${dying}exports.handle_info = (_message, _state) => error(atom("tired"));\n`;
}

/** Two applications of the store 2.0.0, each of which wants to start after the other. */
export function needEachOther(root: TemporaryFolder): void {
  root.edit("releases/2.0.0/store.rel", '{my_store, "2.0.0"}', '{my_store, "2.0.0"}, {clock, "1"}');
  root.edit(
    "lib/my_store-2.0.0/ebin/my_store.app",
    "{applications, [kernel, stdlib]}",
    "{applications, [kernel, stdlib, clock]}",
  );
  root.write(
    "lib/clock-1/ebin/clock.app",
    '{application, clock, [{description, ""}, {vsn, "1"}, {modules, []}, {registered, []}, {applications, [kernel, stdlib, my_store]}]}.',
  );
}

/** Puts the counter and its client below a second supervisor, in both versions, as a child of this type. */
export function groupChildren(root: TemporaryFolder, type: "worker" | "supervisor"): void {
  for (const ebin of ["lib/counter-0.1.0/ebin", COUNTER_020]) {
    const sup = root.read(`${ebin}/counter_sup.js`);
    root.write(`${ebin}/counter_group.js`, sup.replaceAll("counter_sup", "counter_group"));
    root.edit(
      `${ebin}/counter_sup.js`,
      'list(worker("counter"), worker("counter_client"))',
      'list(worker("counter_group"))',
    );
    root.edit(`${ebin}/counter_sup.js`, "start: tuple(", `type: atom("${type}"), start: tuple(`);
    root.edit(`${ebin}/counter.app.yaml`, "counter_sup]", "counter_group, counter_sup]");
  }
}

/** A relup from 0.1.0 to 0.2.0 of the counter, with these steps after the point of no return. */
export function relupOf(...steps: readonly string[]): string {
  const load = '{load_object_code, {counter, "0.2.0", [counter]}}';
  return `{"0.2.0", [{"0.1.0", [], [${[load, "point_of_no_return", ...steps].join(", ")}]}], []}.`;
}

/** The instruction that loads the counter. */
export const LOAD_COUNTER = "{load, {counter, brutal_purge, brutal_purge}}";
