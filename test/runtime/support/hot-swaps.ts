import { bootTest } from "./boot.js";

/**
 * Run by a test in a process of its own, with `--expose-gc`: swaps the code of a running server again and again, and
 * prints what is left of it as JSON.
 */

const SWAPS = Number(process.argv[2] ?? 2000);
/** Measured from here on, when everything that is made once has been made. */
const WARM_UP = 200;
const FILE = "/root/lib/app-1/ebin/big.js";

/** A module of about 20 kB, each version with a text and an array of its own. */
function source(version: number): string {
  const table = Array.from({ length: 500 }, (_, index) => `"entry ${version} ${index}"`).join(", ");
  return `const { gen_server, local, atom, tuple } = require("relupctl/runtime");
exports.vsn = "${version}";
exports.table = [${table}];
exports.weight = new Float64Array(2000).fill(${version});
exports.start_link = () => gen_server.start_link(local("big"), atom("big"), 0);
exports.init = (n) => tuple(atom("ok"), n);
exports.handle_call = (request, from, n) => tuple(atom("reply"), ${version}, n + exports.weight.length - 1999);
exports.code_change = (oldVsn, n, extra) => tuple(atom("ok"), n);
exports.track = () => { globalThis.trackedVersions.push(new WeakRef(exports.table)); return atom("ok"); };
`;
}

const tracked: WeakRef<object>[] = [];
Object.assign(globalThis, { trackedVersions: tracked });
const collect = (globalThis as unknown as { gc: () => void }).gc;

/** How many versions of the code are still there. */
const alive = (): number => tracked.filter((reference) => reference.deref() !== undefined).length;

async function heapUsed(): Promise<number> {
  // What is compiled in the background may hold code for a moment longer.
  for (let round = 0; round < 100 && (round < 5 || alive() > 2); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

async function main(): Promise<void> {
  await using test = await bootTest([{ modules: { big: source(0) } }]);
  await test.value("gen_server:start", "{local,big}", "big", "0", "[]");
  let startBytes = 0;
  for (let swap = 1; swap <= SWAPS; swap++) {
    test.files.files.set(FILE, source(swap));
    await test.value("sys:suspend", "big");
    await test.value("code:purge", "big");
    await test.value("code:load_file", "big");
    await test.value("sys:change_code", "big", "big", `"${swap - 1}"`, "[]");
    await test.value("sys:resume", "big");
    const answer = await test.call("gen_server:call", "big", "next");
    if (answer !== String(swap)) throw new Error(`swap ${swap} answered ${answer}`);
    await test.value("big:track");
    if (swap === WARM_UP) startBytes = await heapUsed();
  }
  const grownBytes = (await heapUsed()) - startBytes;
  const state = await test.call("sys:get_state", "big");
  process.stdout.write(JSON.stringify({ swaps: SWAPS, grownBytes, alive: alive(), tracked: tracked.length, state }));
}

await main();
