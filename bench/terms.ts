/**
 * Parses about 20 MB of terms with ours (compiled, as it is shipped) and with file:consult/1, each in a process of its
 * own: time inside the process, time of the whole process, peak memory. Run with `npx tsx bench/terms.ts [megabytes]`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import ts from "typescript";

const REPEATS = 3;

interface Run {
  readonly insideMs: number;
  /** Of the whole process, by all its threads: what to look at on a busy machine. */
  readonly cpuMs: number;
  readonly wholeMs: number;
  readonly forms: number;
  readonly peakMb: number;
}

const shapes: Readonly<Record<string, (index: number) => string>> = {
  "app files": (index) => {
    const modules = Array.from({ length: 30 }, (_, module) => `             app_${index}_module_${module}`).join(",\n");
    return (
      `{application,app_${index},\n [{description,"Application number ${index}, generated"},\n  {vsn,"${index}.2.3"},\n` +
      `  {modules,[\n${modules}]},\n  {registered,[app_${index}_sup]},\n  {applications,[kernel,stdlib,crypto]},\n` +
      `  {env,[{port,${8000 + index}},{ratio,0.25},{limits,#{low => -1,high => 16#ffff}}]},\n  {mod,{app_${index},[]}}]}.\n`
    );
  },
  relups: (index) => {
    const steps = Array.from(
      { length: 20 },
      (_, step) =>
        `   {suspend,[mod_${step}]},{load,{mod_${step},brutal_purge,soft_purge}},\n` +
        `   {code_change,up,[{mod_${step},{from,<<"${index}.${step}">>}}]},{resume,[mod_${step}]}`,
    ).join(",\n");
    return `{"${index}.0",[{"${index - 1}.0",[],[{load_object_code,{app,"${index}.0",[a,b,c]}},point_of_no_return,\n${steps}]}],[]}.\n`;
  },
  strings: (index) => `{msg,${index},"${"the quick brown fox jumps over it ".repeat(12)}\\n","naïve café ${index}"}.\n`,
  integers: (index) => {
    const numbers = Array.from({ length: 40 }, (_, at) => (BigInt(index + 7) ** BigInt(at)).toString());
    return `[${numbers.join(", ")}].\n`;
  },
};

function writeTerms(file: string, shape: (index: number) => string, bytes: number): void {
  const parts: string[] = [];
  let size = 0;
  for (let index = 1; size < bytes; index++) {
    const part = shape(index);
    parts.push(part);
    size += Buffer.byteLength(part);
  }
  writeFileSync(file, parts.join(""));
}

/** The modules of terms, compiled one by one; the program that parses the file it is given and says how long it took. */
function compile(folder: string): string {
  const terms = join(import.meta.dirname, "../src/terms");
  for (const name of readdirSync(terms).filter((each) => each.endsWith(".ts"))) {
    const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ES2022 };
    const { outputText } = ts.transpileModule(readFileSync(join(terms, name), "utf8"), { compilerOptions });
    writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), outputText);
  }
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const program = join(folder, "bench.js");
  writeFileSync(program, PROGRAM);
  return program;
}

const PROGRAM = `
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { decodeSource } from "./source.js";
import { parseForms } from "./parse.js";
const file = process.argv[2];
const start = performance.now();
const forms = parseForms(decodeSource(readFileSync(file), file), file);
const insideMs = performance.now() - start;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const cpuMs = (userCPUTime + systemCPUTime) / 1000;
console.log(JSON.stringify({ insideMs, cpuMs, forms: forms.length, peakKb: maxRSS }));
`;

const CONSULT = `
[File] = init:get_plain_arguments(),
Start = erlang:monotonic_time(microsecond),
{ok, Terms} = file:consult(File),
Micros = erlang:monotonic_time(microsecond) - Start,
{ok, Status} = file:read_file("/proc/self/status"),
Peak = case re:run(Status, "VmHWM:\\\\s+([0-9]+)", [{capture, [1], list}]) of {match, [P]} -> P; _ -> "0" end,
{Cpu, _} = statistics(runtime),
io:format("{\\"insideMs\\":~w,\\"cpuMs\\":~w,\\"forms\\":~w,\\"peakKb\\":~s}", [Micros / 1000, Cpu, length(Terms), Peak]),
halt().`;

function run(command: string, args: readonly string[]): Run {
  const start = performance.now();
  const child = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 20 });
  const wholeMs = performance.now() - start;
  if (child.status !== 0) throw new Error(`${command} failed: ${child.stderr}`);
  const said = JSON.parse(child.stdout) as Omit<Run, "wholeMs" | "peakMb"> & { peakKb: number };
  return { ...said, wholeMs, peakMb: said.peakKb / 1024 };
}

function best(command: string, args: readonly string[]): Run {
  const runs = Array.from({ length: REPEATS }, () => run(command, args));
  return runs.reduce((fastest, each) => (each.insideMs < fastest.insideMs ? each : fastest));
}

const number = (value: number, digits = 0): string => value.toFixed(digits).padStart(6);

function compareOn(name: string, file: string, program: string): void {
  const ours = best(process.execPath, [program, file]);
  const theirs = best("erl", ["-noinput", "-boot", "start_clean", "-eval", CONSULT, "-extra", file]);
  if (ours.forms !== theirs.forms) throw new Error(`${ours.forms} forms, by Erlang ${theirs.forms}`);
  const compare = (what: string, key: "insideMs" | "wholeMs" | "cpuMs"): string =>
    ` | ${what} ${number(ours[key])} ${number(theirs[key])} ratio ${(ours[key] / theirs[key]).toFixed(2)}`;
  console.log(
    `${name.padEnd(10)} ${number(statSync(file).size / 1e6, 1)} MB` +
      compare("inside", "insideMs") +
      compare("whole", "wholeMs") +
      compare("cpu", "cpuMs") +
      ` | peak MB ${number(ours.peakMb)} ${number(theirs.peakMb)}`,
  );
}

function main(megabytes: number): void {
  const folder = mkdtempSync(join(tmpdir(), "relupctl-bench-"));
  try {
    const program = compile(folder);
    console.log("milliseconds of ours, then of file:consult/1; the best of", REPEATS);
    const all: string[] = [];
    for (const [name, shape] of Object.entries(shapes)) {
      const file = join(folder, `${name.replace(" ", "-")}.terms`);
      writeTerms(file, shape, (megabytes * 1e6) / Object.keys(shapes).length);
      all.push(readFileSync(file, "utf8"));
      compareOn(name, file, program);
    }
    const file = join(folder, "all.terms");
    writeFileSync(file, all.join(""));
    compareOn("all", file, program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(Number(process.argv[2] ?? 20));
