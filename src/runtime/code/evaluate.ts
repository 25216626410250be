import { createHash } from "node:crypto";
import { compileFunction } from "node:vm";
import { basename, dirname } from "node:path";
import { ModuleVersion } from "./module-version.js";

/** The one name that a module may require. */
export const RUNTIME_PACKAGE = "relupctl/runtime";

/** What modules see besides the JavaScript language itself. */
export interface ModuleSurroundings {
  /** What `require("relupctl/runtime")` gives. */
  readonly runtime: object;
  /** What modules print with `console`. */
  readonly log: (level: "debug" | "info" | "warning" | "error", message: string) => void;
}

/** Timers of Node.js know no process: they would go on after its death, and keep purged code alive. */
const REPLACED_TIMERS = ["setTimeout", "setInterval", "setImmediate"] as const;

/**
 * Makes a module version of a CommonJS source. Evaluated as a plain script, never through `import()`: the modules of
 * `import()` are never freed.
 * @param name the module's name where the file doesn't say it; undefined when nobody knows
 * @throws whatever the source throws, a SyntaxError when it can't be parsed, an Error when it is not that module
 */
export function evaluateModule(
  bytes: Uint8Array,
  file: string,
  name: string | undefined,
  surroundings: ModuleSurroundings,
): ModuleVersion {
  const module = { exports: {} as Record<string, unknown> };
  const parameters = {
    exports: module.exports,
    require: (wanted: string) => requireFrom(wanted, surroundings),
    module,
    __filename: file,
    __dirname: dirname(file),
    console: consoleFor(surroundings),
    ...Object.fromEntries(REPLACED_TIMERS.map((timer) => [timer, refuseTimer(timer)])),
  };
  const source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const body = compileFunction(source, Object.keys(parameters), { filename: file }) as (...args: unknown[]) => void;
  body.apply(module.exports, Object.values(parameters));
  const { exports } = module;
  const declared = ModuleVersion.declaredName(exports);
  if (declared !== undefined && name !== undefined && declared !== name) {
    throw new Error(`this is the code of module ${declared}, not of ${name}`);
  }
  const found = name ?? declared ?? basename(file, ".js");
  return new ModuleVersion({ name: found, file, md5: md5Of(bytes), exports });
}

export function md5Of(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("md5").update(bytes).digest());
}

function requireFrom(wanted: string, surroundings: ModuleSurroundings): object {
  if (wanted === RUNTIME_PACKAGE) return surroundings.runtime;
  throw new Error(
    `a module on the embedded node can require "${RUNTIME_PACKAGE}" only, not "${wanted}": ` +
      "call other modules by their name, and put shared code into a module of the application",
  );
}

function refuseTimer(timer: string) {
  return (): never => {
    throw new Error(`${timer} isn't there for modules: use send_after or sleep of "${RUNTIME_PACKAGE}"`);
  };
}

function consoleFor(surroundings: ModuleSurroundings) {
  const at =
    (level: "debug" | "info" | "warning" | "error") =>
    (...parts: unknown[]) => {
      surroundings.log(level, parts.map(String).join(" "));
    };
  return { debug: at("debug"), log: at("info"), info: at("info"), warn: at("warning"), error: at("error") };
}
