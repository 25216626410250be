import { type Atom, ExternalFun, type Term, atom, list, string, tuple } from "../terms/term.js";
import type { ApplicationReader } from "./application/load.js";
import type { ApplicationTable } from "./application/table.js";
import type { Tables } from "./bifs/ets.js";
import type { BootRelease } from "./boot-release.js";
import { CodePath, OBJECT_CODE_EXTENSION } from "./code/code-path.js";
import { CodeServer } from "./code/code-server.js";
import type { FileSystem } from "./code/file-system.js";
import type { ModuleFunction, ModuleVersion } from "./code/module-version.js";
import { ObjectCodeReader } from "./code/object-code.js";
import { type BifModule, type Context, HostState, TailCall, type Value, currentContext } from "./context.js";
import type { EventSink } from "./events.js";
import { builtInInfo, moduleInfo } from "./code/module-info.js";
import { LocalFun } from "./local-fun.js";
import { never } from "./process/abandon.js";
import type { Clock } from "./process/clock.js";
import type { InitialCall, Process } from "./process/process.js";
import { type Raised, describeValue, raiseError, raiseUndef, toRaised, withStack } from "./process/raised.js";
import { ProcessTable } from "./process/table.js";
import type { ReleaseReader } from "./release-handler/reader.js";
import { FALSE, TRUE, UNDEFINED, isTerm } from "./support/term.js";
import { readTrace } from "./support/trace.js";

export interface RuntimeNodeOptions {
  readonly name: string;
  readonly creation: number;
  readonly release: BootRelease;
  readonly clock: Clock;
  readonly files: FileSystem;
  readonly emit: EventSink;
  /** What modules get from `require("relupctl/runtime")`. */
  readonly api: object;
  readonly builtIn: ReadonlyMap<string, BifModule>;
  readonly applications: ApplicationTable;
  readonly system: SystemVersions;
  readonly readApplication: ApplicationReader;
  readonly releaseReader: ReleaseReader;
  /** Called when the node ends by itself. */
  readonly onHalt: (detail: string) => void;
}

export interface SystemVersions {
  readonly otpRelease: string;
  readonly erts: string;
}

/** The parts of an embedded node, and the call of a function by module and name, which is where they meet. */
export class RuntimeNode {
  readonly release: BootRelease;
  readonly root: string;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly processes: ProcessTable;
  readonly code: CodeServer;
  readonly path: CodePath;
  readonly objectCode: ObjectCodeReader;
  readonly builtIn: ReadonlyMap<string, BifModule>;
  readonly applications: ApplicationTable;
  readonly system: SystemVersions;
  readonly tables: Tables = new Map();
  /** Handles of the raw files that are open. */
  readonly openFiles = new Set<number>();
  /** Timers that can be cancelled by their reference. */
  readonly timers = new Map<string, () => number | undefined>();
  /** Reads an application's manifest that isn't Erlang terms. */
  readonly readApplication: ApplicationReader;
  /** Reads releases and their packages. */
  readonly releaseReader: ReleaseReader;
  readonly #onHalt: (detail: string) => void;

  constructor(options: RuntimeNodeOptions) {
    this.release = options.release;
    this.root = options.release.root;
    this.files = options.files;
    this.clock = options.clock;
    this.emit = options.emit;
    this.builtIn = options.builtIn;
    this.applications = options.applications;
    this.system = options.system;
    this.readApplication = options.readApplication;
    this.releaseReader = options.releaseReader;
    this.#onHalt = options.onHalt;
    this.processes = new ProcessTable({
      name: options.name,
      creation: options.creation,
      clock: options.clock,
      emit: options.emit,
      raisedOf: this.raisedOf,
      enter: (process, run) => {
        currentContext.run(this.context(process), run);
      },
    });
    const surroundings = {
      runtime: options.api,
      log: (level: "debug" | "info" | "warning" | "error", message: string) => {
        options.emit({ kind: "log", level, pid: undefined, message });
      },
    };
    this.code = new CodeServer({ processes: this.processes, surroundings, emit: options.emit });
    this.path = new CodePath(options.files);
    this.objectCode = new ObjectCodeReader(this.code, options.files);
  }

  /** What was thrown, as an Erlang exception whose stack names the functions of loaded modules. */
  readonly raisedOf = (thrown: unknown): Raised => toRaised(thrown, (error) => readTrace(this.code, error));

  /** Ends the node at once, as `erlang:halt` or the death of a permanent application do. */
  halt(detail: string): void {
    this.#onHalt(detail);
  }

  /** `{context}` for a process of this node. */
  context(self: Process): Context {
    return { node: this, self };
  }

  /**
   * An external call: runs the function in the current code of its module. That version is on the stack of the process
   * until the function has returned.
   * @throws Raised `undef` when there is no such module or function, and whatever the function raises
   */
  call(self: Process, module: Atom, fun: Atom, args: readonly Value[]): Value | Promise<Value> {
    const builtIn = this.builtIn.get(module.name);
    if (builtIn !== undefined) return this.#callBuiltIn(self, builtIn, module, fun, args);
    const version = this.code.current(module.name) ?? this.#autoLoad(module.name);
    if (version === undefined) return raiseUndef(module, fun, args as Term[]);
    const found = version.function(fun.name, args.length) ?? moduleInfo(version, fun.name, args);
    if (found === undefined) return raiseUndef(module, fun, args as Term[]);
    return this.#callVersion(self, version, fun, found, args);
  }

  #callBuiltIn(
    self: Process,
    builtIn: BifModule,
    module: Atom,
    fun: Atom,
    args: readonly Value[],
  ): Value | Promise<Value> {
    const key = `${fun.name}/${args.length}`;
    if (!Object.hasOwn(builtIn, key)) {
      if (key === "module_info/1" || key === "module_info/0") return builtInInfo(module, builtIn, args[0] as Atom);
      return raiseUndef(module, fun, args as Term[]);
    }
    const run = (): unknown => builtIn[key]!(this.context(self), ...(args as Term[]));
    return this.#run(self, { module, function: fun, arity: args.length }, run, () => undefined);
  }

  #callVersion(
    self: Process,
    version: ModuleVersion,
    name: Atom,
    fun: ModuleFunction,
    args: readonly Value[],
  ): Value | Promise<Value> {
    self.frames.push(version);
    const called = { module: version.name, function: name, arity: args.length };
    const left = (): void => {
      const index = self.frames.lastIndexOf(version);
      if (index >= 0) self.frames.splice(index, 1);
    };
    return this.#run(self, called, () => fun(...args), left);
  }

  /**
   * Runs a function and gives its value, or raises what it raised, with a stack that names at least the function.
   * @param left called as soon as the function is off the stack
   */
  #run(self: Process, called: InitialCall, run: () => unknown, left: () => void): Value | Promise<Value> {
    const failed = (thrown: unknown): Promise<never> => {
      left();
      // What a dead process raises reaches nobody.
      if (!self.alive) return never();
      throw withStack(this.raisedOf(thrown), called);
    };
    let result: unknown;
    try {
      result = run();
    } catch (thrown) {
      return failed(thrown);
    }
    if (result instanceof Promise) {
      return result.then((value: unknown) => {
        left();
        return this.#finish(self, value);
      }, failed);
    }
    left();
    return this.#finish(self, result);
  }

  /** The value of a call for the one who made it; nothing, ever, for one that is dead by now. */
  #finish(self: Process, value: unknown): Value | Promise<Value> {
    if (!self.alive) return never();
    if (value instanceof TailCall) return this.call(self, value.module, value.function, value.args);
    if (isTerm(value) || value instanceof HostState) return value;
    if (value === undefined) return UNDEFINED;
    if (typeof value === "boolean") return value ? TRUE : FALSE;
    return raiseError(tuple(atom("not_a_term"), string(describeValue(value))));
  }

  /** The value of a call whose result is a term. */
  async callTerm(self: Process, module: Atom, fun: Atom, args: readonly Value[]): Promise<Term> {
    const value = await this.call(self, module, fun, args);
    return value instanceof HostState ? value.toTerm() : value;
  }

  /** Applies a fun. @throws Raised badfun for what is none, badarity for a wrong number of arguments */
  async apply(self: Process, fun: Term, args: readonly Term[]): Promise<Term> {
    if (fun instanceof ExternalFun || fun instanceof LocalFun) {
      if (fun.arity !== args.length) return raiseError(tuple(atom("badarity"), tuple(fun, list(...args))));
      if (fun instanceof LocalFun) return await fun.run(this.context(self), args);
      return await this.callTerm(self, fun.module, fun.function, args);
    }
    return raiseError(tuple(atom("badfun"), fun));
  }

  /** True when the function can be called with so many arguments, without loading anything: for optional callbacks. */
  has(module: Atom, fun: string, arity: number): boolean {
    const builtIn = this.builtIn.get(module.name);
    if (builtIn !== undefined) return Object.hasOwn(builtIn, `${fun}/${arity}`);
    return this.code.current(module.name)?.function(fun, arity) !== undefined;
  }

  /** Modules are loaded on their first call, as in OTP's interactive mode. */
  #autoLoad(name: string): ModuleVersion | undefined {
    const file = this.path.find(name + OBJECT_CODE_EXTENSION);
    const bytes = file === undefined ? undefined : this.files.readFile(file);
    if (file === undefined || bytes === undefined) return undefined;
    this.code.load(name, file, bytes);
    return this.code.current(name);
  }
}
