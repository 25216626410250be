import { atom } from "../../terms/term.js";
import type { EventSink } from "../events.js";
import type { Process } from "../process/process.js";
import type { ProcessTable } from "../process/table.js";
import { type ModuleSurroundings, evaluateModule } from "./evaluate.js";
import type { ModuleVersion } from "./module-version.js";

interface LoadedModule {
  current: ModuleVersion | undefined;
  old: ModuleVersion | undefined;
}

export type LoadError = "badfile" | "not_purged";

/**
 * The code of a node by OTP's two-version rule: of each module there is current code, which external calls run, and
 * perhaps old code, which runs on in processes that have a call of it on their stack.
 */
export class CodeServer {
  readonly #modules = new Map<string, LoadedModule>();
  readonly #everLoaded = new Set<string>();
  readonly #processes: ProcessTable;
  readonly #surroundings: ModuleSurroundings;
  readonly #emit: EventSink;

  constructor(options: { processes: ProcessTable; surroundings: ModuleSurroundings; emit: EventSink }) {
    this.#processes = options.processes;
    this.#surroundings = options.surroundings;
    this.#emit = options.emit;
  }

  current(name: string): ModuleVersion | undefined {
    return this.#modules.get(name)?.current;
  }

  /** Every module that has current code, in the order they were first loaded. */
  get loaded(): ModuleVersion[] {
    return [...this.#modules.values()].flatMap(({ current }) => current ?? []);
  }

  /** `erlang:check_old_code/1`. */
  hasOld(name: string): boolean {
    return this.#modules.get(name)?.old !== undefined;
  }

  /** `erlang:check_process_code/2`: has the process a call of the module's old code on its stack? */
  runsOld(process: Process, name: string): boolean {
    const old = this.#modules.get(name)?.old;
    return old !== undefined && process.frames.includes(old);
  }

  /**
   * `erlang:load_module/2`: makes the bytes the current code, and what was current the old one. A source that throws
   * leaves everything as it was.
   */
  load(name: string, file: string, bytes: Uint8Array): LoadError | undefined {
    const module = this.#modules.get(name) ?? { current: undefined, old: undefined };
    if (module.old !== undefined && module.current !== undefined) return "not_purged";
    const version = this.tryEvaluate(name, file, bytes);
    if (version === undefined) return "badfile";
    if (module.current !== undefined) module.old = module.current;
    module.current = version;
    this.#modules.set(name, module);
    this.#everLoaded.add(name);
    return undefined;
  }

  /** The module version that a source makes, without making it known; undefined, and an event, when it throws. */
  tryEvaluate(name: string | undefined, file: string, bytes: Uint8Array): ModuleVersion | undefined {
    try {
      return evaluateModule(bytes, file, name, this.#surroundings);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#emit({ kind: "module_load_failed", module: name ?? "", file, detail });
      return undefined;
    }
  }

  /** `code:purge/1`: kills every process that still runs the old code and lets go of it. True when it killed one. */
  purge(name: string): boolean {
    const module = this.#modules.get(name);
    if (module?.old === undefined) return false;
    const users = this.#users(module.old);
    for (const process of users) this.#processes.terminate(process, atom("killed"));
    this.#dropOld(name, module);
    return users.length > 0;
  }

  /** `code:soft_purge/1`: lets go of the old code unless a process runs it. False when one does. */
  softPurge(name: string): boolean {
    const module = this.#modules.get(name);
    if (module?.old === undefined) return true;
    if (this.#users(module.old).length > 0) return false;
    this.#dropOld(name, module);
    return true;
  }

  /**
   * `erlang:delete_module/1`: makes the current code old. As the emulator, it does so too, with no effect, for a module
   * that was loaded once and isn't any more.
   * @returns undefined for a module that was never loaded, false when there still is old code
   */
  delete(name: string): boolean | undefined {
    if (!this.#everLoaded.has(name)) return undefined;
    const module = this.#modules.get(name);
    if (module?.old !== undefined) return false;
    if (module !== undefined) {
      module.old = module.current;
      module.current = undefined;
    }
    return true;
  }

  /** Lets go of all code. */
  clear(): void {
    for (const { current, old } of this.#modules.values()) {
      current?.drop();
      old?.drop();
    }
    this.#modules.clear();
  }

  #users(version: ModuleVersion): Process[] {
    return this.#processes.all().filter((process) => process.frames.includes(version));
  }

  #dropOld(name: string, module: LoadedModule): void {
    module.old?.drop();
    module.old = undefined;
    if (module.current === undefined) this.#modules.delete(name);
  }
}
