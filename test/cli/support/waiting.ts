import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { copyRoot, counterWhoseCodeChange, COUNTER_020, LOAD_COUNTER, relupOf, type TemporaryFolder } from "./root.js";

/**
 * Roots whose processes wait for something that the test does, and what a test waits for: so that it doesn't depend on how
 * long anything takes.
 */

const GO = "go";

/** A counter whose code_change to 0.2.0 waits until `letGo` is called. Its client waits for it as long. */
export function counterThatWaits(): TemporaryFolder {
  const root = counterWhoseCodeChange(`
  const { apply, sleep, string } = require("relupctl/runtime");
  const wait = async () => {
    // What was due before goes on before: the client has called again by then.
    await sleep(20);
    const read = await apply(atom("file"), atom("read_file"), [string(${JSON.stringify(GO_FILE)})]);
    return isTuple(read, "ok", 2) ? tuple(atom("ok"), counted(state)) : wait();
  };
  return wait();`);
  root.edit(`${COUNTER_020}/counter.js`, GO_FILE, root.at(GO));
  makeClientPatient(root);
  return root;
}

/** Stands for the path of the file, which is known when there is a folder. */
const GO_FILE = "GO_FILE";

/** Has all code changes of `counterThatWaits` go on. */
export function letGo(root: TemporaryFolder): void {
  root.write(GO, "");
}

/** Has those that begin from now on wait again. */
export function holdBack(root: TemporaryFolder): void {
  root.remove(GO);
}

/** A call that lasts longer than the usual five seconds is no lost one to the client of the counter. */
function makeClientPatient(root: TemporaryFolder): void {
  for (const vsn of ["0.1.0", "0.2.0", "0.3.0"]) {
    const call = 'gen_server.call(atom("counter"), atom("next")';
    root.edit(`lib/counter-${vsn}/ebin/counter_client.js`, call, `${call}, 60_000`);
  }
}

/** A special process that tells the counter when it is about to be suspended, and when it was resumed. */
const GATE = `const { atom, isAtom, isTuple, local, nil, proc_lib, receive, register, self, send, sys, tuple } =
  require("relupctl/runtime");
exports.vsn = "1";
exports.start_link = () => proc_lib.start_link(atom("counter_gate"), atom("init"), [self()]);
exports.init = async (parent) => {
  register(atom("counter_gate"), self());
  await proc_lib.init_ack(tuple(atom("ok"), self()));
  return loop(parent);
};
const loop = async (parent) => {
  const message = await receive({ match: (each) => isTuple(each, "system", 3) });
  if (isAtom(message.elements[2], "suspend")) send(atom("counter"), atom("be_busy"));
  return sys.handle_system_msg(message, parent, atom("counter_gate"), nil);
};
exports.system_continue = (parent) => {
  send(atom("counter"), atom("be_idle"));
  return loop(parent);
};
exports.system_terminate = (reason) => require("relupctl/runtime").exit(reason);
exports.system_code_change = (state) => tuple(atom("ok"), state);
`;

/**
 * A counter that answers all that is asked before an upgrade to 0.2.0, and is busy when it is told to suspend itself: with a
 * message that comes just before.
 * @param until so many milliseconds have passed, or the upgrade is taken back
 */
export function counterBusyAtSuspend(until: number | "taken_back"): TemporaryFolder {
  const root = copyRoot("counter");
  for (const ebin of ["lib/counter-0.1.0/ebin", COUNTER_020]) {
    root.write(`${ebin}/counter_gate.js`, GATE);
    root.edit(`${ebin}/counter_sup.js`, 'list(worker("counter"), ', 'list(worker("counter_gate"), worker("counter"), ');
    root.edit(`${ebin}/counter.app.yaml`, "counter_sup]", "counter_gate, counter_sup]");
  }
  const ends =
    until === "taken_back"
      ? 'receive({ match: (each) => isAtom(each, "be_idle") })'
      : `sleep(isAtom(message, "be_busy") ? ${until} : 0)`;
  const counter = "lib/counter-0.1.0/ebin/counter.js";
  const busy = `
const { receive, sleep } = require("relupctl/runtime");
exports.handle_info = async (message, next) => {
  await ${ends};
  return tuple(atom("noreply"), next);
};
`;
  root.write(counter, root.read(counter) + busy);
  const suspends = ["{suspend, [counter_gate]}", "{suspend, [counter]}"];
  const resumes = ["{resume, [counter]}", "{resume, [counter_gate]}"];
  const change = [LOAD_COUNTER, "{code_change, up, [{counter, []}]}"];
  root.write("releases/0.2.0/relup", relupOf(...suspends, ...change, ...resumes));
  makeClientPatient(root);
  return root;
}

/** Waits until the log of a run, `log` in the folder, has a line with all of these words; no longer than there is the folder. */
export async function logged(folder: TemporaryFolder, ...words: string[]): Promise<void> {
  for (let tries = 0; tries < 3_000 && existsSync(folder.path); tries++) {
    const lines = existsSync(folder.at("log")) ? folder.read("log").split("\n") : [];
    if (lines.some((line) => words.every((word) => line.includes(word)))) return;
    await delay(10);
  }
  throw new Error(`the log has no line with ${words.join(" and ")}`);
}
