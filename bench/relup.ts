/**
 * Makes the relup of a release of 500 applications, 20 changed modules in each, with `relupctl relup` and with
 * systools:make_relup/4 on the same files, each in a process of its own: time of the whole process and its peak memory.
 * Run with `npx tsx bench/relup.ts [applications] [modules]`. It compiles the sources into a folder of its own first.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { equals } from "../src/terms/equal.js";
import { parseTerm } from "../src/terms/parse.js";

const REPEATS = 3;
const ROOT = join(import.meta.dirname, "..");

interface Run {
  readonly ms: number;
  readonly peakMb: number;
}

const range = (count: number): number[] => [...Array(count).keys()];

function appText(name: string, vsn: string, modules: readonly string[], uses: readonly string[]): string {
  return (
    `{application,${name},\n [{description,"Application ${name}"},\n  {vsn,"${vsn}"},\n  {modules,[${modules.join(",\n    ")}]},\n` +
    `  {registered,[${name}_sup]},\n  {applications,[${["kernel", "stdlib", ...uses].join(",")}]},\n` +
    `  {env,[{port,8000}]},\n  {mod,{${name},[]}}]}.\n`
  );
}

/** Half of the modules are servers whose state changes; each one depends on the next one of its application. */
function script(modules: readonly string[]): string {
  const instructions = modules.map((module, index) => {
    const next = modules[index + 1];
    const deps = next === undefined ? "[]" : `[${next}]`;
    return index % 2 === 0 ? `{update,${module},{advanced,[]},${deps}}` : `{load_module,${module},${deps}}`;
  });
  return `[${instructions.join(",\n    ")}]`;
}

function writeReleases(folder: string, applications: number, modules: number, core: string): void {
  const names = range(applications).map((index) => `app_${index}`);
  for (const [index, name] of names.entries()) {
    const own = range(modules).map((module) => `${name}_module_${module}`);
    const uses = range(3).flatMap((step) => (index > step * 7 ? [names[index - 1 - step * 7]!] : []));
    for (const vsn of ["1.0", "2.0"]) {
      const ebin = join(folder, "lib", `${name}-${vsn}`, "ebin");
      mkdirSync(ebin, { recursive: true });
      writeFileSync(join(ebin, `${name}.app`), appText(name, vsn, own, uses));
      const other = vsn === "1.0" ? "0.9" : "1.0";
      const entry = `[{"${other}",\n   ${script(own)}}]`;
      writeFileSync(join(ebin, `${name}.appup`), `{"${vsn}",\n ${entry},\n ${entry}}.\n`);
    }
  }
  for (const vsn of ["1.0", "2.0"]) {
    const entries = [core, ...names.map((name) => `{${name},"${vsn}"}`)].join(",\n  ");
    writeFileSync(join(folder, `r-${vsn}.rel`), `{release,{"bench","${vsn}"},{erts,"13.0"},\n [${entries}]}.\n`);
  }
}

/** The core applications of the installed OTP: entries for a `.rel`, and their directories. */
function coreApplications(): { readonly entries: string; readonly directories: readonly string[] } {
  const ask = `lists:foreach(fun(App) -> application:load(App), {ok, Vsn} = application:get_key(App, vsn),
    io:format("~s ~s ~s~n", [App, Vsn, code:lib_dir(App, ebin)]) end, [kernel, stdlib, sasl]), halt().`;
  const lines = run("erl", ["-noinput", "-eval", ask]).stdout.trim().split("\n");
  const parts = lines.map((line) => line.split(" ") as [string, string, string]);
  return {
    entries: parts.map(([name, vsn]) => `{${name},"${vsn}"}`).join(","),
    directories: parts.map(([, , directory]) => directory),
  };
}

/** Compiles the sources into node_modules, so that the packages are found from there. */
function compile(): string {
  const folder = join(ROOT, "node_modules", ".cache", "relupctl-bench");
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const options = ["-p", join(ROOT, "tsconfig.build.json"), "--outDir", join(folder, "dist"), "--declaration", "false"];
  // Types aren't what is measured: errors in them don't stop it.
  spawnSync(process.execPath, [tsc, ...options]);
  cpSync(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  return folder;
}

function run(command: string, args: readonly string[]): { stdout: string; stderr: string; ms: number } {
  const start = performance.now();
  const child = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 24 });
  const ms = performance.now() - start;
  if (child.status !== 0) throw new Error(`${command} failed: ${child.stdout}${child.stderr}`);
  return { stdout: child.stdout, stderr: child.stderr, ms };
}

const PEAK = "data:text/javascript,process.on('exit',()=>console.error('peak '+process.resourceUsage().maxRSS))";

function ours(compiled: string, folder: string, path: readonly string[]): Run {
  const paths = path.flatMap((directory) => ["--path", directory]);
  const base = join(folder, "r-1.0.rel");
  const releases = ["--to", join(folder, "r-2.0.rel"), "--up-from", base, "--down-to", base];
  const output = ["-o", join(folder, "ours", "relup")];
  const script = join(compiled, "bin", "relupctl.js");
  const { stderr, ms } = run(process.execPath, ["--import", PEAK, script, "relup", ...releases, ...paths, ...output]);
  return { ms, peakMb: Number(/peak (\d+)/.exec(stderr)![1]) / 1024 };
}

const MAKE = `
[Folder | Path] = init:get_plain_arguments(),
Base = filename:join(Folder, "r-1.0"),
Options = [{path, Path}, {outdir, filename:join(Folder, "theirs")}],
ok = systools:make_relup(filename:join(Folder, "r-2.0"), [Base], [Base], Options),
{ok, Status} = file:read_file("/proc/self/status"),
{match, [Peak]} = re:run(Status, "VmHWM:\\\\s+([0-9]+)", [{capture, [1], list}]),
io:format("~s", [Peak]), halt().`;

function theirs(folder: string, path: readonly string[]): Run {
  const { stdout, ms } = run("erl", ["-noinput", "-boot", "start_clean", "-eval", MAKE, "-extra", folder, ...path]);
  return { ms, peakMb: Number(stdout) / 1024 };
}

const fastest = (what: () => Run): Run =>
  Array.from({ length: REPEATS }, what).reduce((best, each) => (each.ms < best.ms ? each : best));

function bench(applications: number, modules: number): void {
  const compiled = compile();
  const folder = mkdtempSync(join(tmpdir(), "relupctl-bench-"));
  try {
    const core = coreApplications();
    writeReleases(folder, applications, modules, core.entries);
    mkdirSync(join(folder, "ours"));
    mkdirSync(join(folder, "theirs"));
    const path = [join(folder, "lib/*/ebin"), ...core.directories];
    const mine = fastest(() => ours(compiled, folder, path));
    const systools = fastest(() => theirs(folder, path));
    const relup = (who: string) => parseTerm(readFileSync(join(folder, who, "relup"), "utf8"));
    if (!equals(relup("ours"), relup("theirs"))) throw new Error("the relups differ");
    const show = (name: string, { ms, peakMb }: Run): void => {
      console.log(`${name.padEnd(20)} ${ms.toFixed(0).padStart(7)} ms ${peakMb.toFixed(0).padStart(6)} MB`);
    };
    console.log(`${applications} applications, ${modules} modules in each; the best of ${REPEATS}`);
    show("relupctl relup", mine);
    show("systools:make_relup", systools);
    console.log(
      `time ${(mine.ms / systools.ms).toFixed(2)}, memory ${(mine.peakMb / systools.peakMb).toFixed(2)} of systools'`,
    );
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(compiled, { recursive: true });
  }
}

const [applications, modules] = process.argv.slice(2).map(Number);
bench(applications ?? 500, modules ?? 20);
