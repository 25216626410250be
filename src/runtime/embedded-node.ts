import { atom, tuple } from "../terms/term.js";
import type { DownReason, Mfa, Outcome, Target } from "../target/target.js";
import * as authorApi from "./api/index.js";
import { type ApplicationReader } from "./application/load.js";
import { askController } from "./application/controller.js";
import { ApplicationTable } from "./application/table.js";
import { builtInModules } from "./bifs/index.js";
import type { BootRelease } from "./boot-release.js";
import { BootError, bootRelease } from "./boot.js";
import { type FileSystem, localFiles } from "./code/file-system.js";
import { type Context, termOf } from "./context.js";
import type { EventSink } from "./events.js";
import { RuntimeNode } from "./node.js";
import { type Clock, RealClock } from "./process/clock.js";
import type { InitialCall, Process } from "./process/process.js";
import { watchRejections } from "./process/rejections.js";
import { noReader, type ReleaseReader } from "./release-handler/reader.js";

/** The OTP release whose behaviour the embedded node has. */
const OTP_RELEASE = "25";

export interface BootOptions {
  readonly release: BootRelease;
  /** What the node is called. Default: `relupctl@embedded`. */
  readonly name?: string;
  /** Tells this run of the node from others of the same name. Default: a random one. */
  readonly creation?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly files?: FileSystem;
  /** Hears what OTP would log. Default: nobody. */
  readonly onEvent?: EventSink;
  /** Reads `.app.yaml` as the term `{application, Name, Keys}`, for applications that are loaded later by their name. */
  readonly readApplication?: ApplicationReader;
  /** Reads releases and packages, for the release handler. Default: it takes no new releases. */
  readonly releaseReader?: ReleaseReader;
  /** How long the release may take to start. Default: as long as it takes. */
  readonly bootMs?: number;
  /** How long applications may take to stop when the node is closed, before everything is killed. Default: 5000. */
  readonly shutdownMs?: number;
}

const EXECUTE_CALL: InitialCall = { module: atom("erpc"), function: atom("execute_call"), arity: 4 };
const INIT: InitialCall = { module: atom("init"), function: atom("boot"), arity: 1 };

/** A running embedded node, and the target through which it is called. */
export class EmbeddedNode implements Target {
  readonly identity: Target["identity"];
  readonly down: Promise<DownReason>;
  readonly #runtime: RuntimeNode;
  readonly #shutdownMs: number;
  #resolveDown: (reason: DownReason) => void = () => undefined;
  #isDown = false;
  #closing: Promise<void> | undefined;
  readonly #stopWatching = watchRejections();

  /** @internal use {@link bootNode} */
  constructor(options: BootOptions) {
    const { release } = options;
    this.down = new Promise((resolve) => {
      this.#resolveDown = resolve;
    });
    this.#shutdownMs = options.shutdownMs ?? 5_000;
    this.#runtime = new RuntimeNode({
      name: options.name ?? "relupctl@embedded",
      creation: options.creation ?? Math.floor(Math.random() * 0xffff_fffe) + 1,
      clock: options.clock ?? new RealClock(),
      files: options.files ?? localFiles,
      emit: options.onEvent ?? (() => undefined),
      readApplication: options.readApplication ?? refuseManifest,
      releaseReader: options.releaseReader ?? noReader,
      api: authorApi,
      builtIn: builtInModules,
      applications: new ApplicationTable(),
      release,
      system: { otpRelease: OTP_RELEASE, erts: release.erts },
      onHalt: (detail) => {
        this.#goDown({ kind: "node_down", detail });
      },
    });
    const { name, creation } = this.#runtime.processes;
    this.identity = { node: name.name, creation, otpRelease: OTP_RELEASE };
  }

  /** @internal Boots the release in the node's first process. */
  async boot(release: BootRelease, limitMs: number | undefined): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const late = (): void => {
        reject(new BootError(`it has not started in ${limitMs} ms`));
      };
      if (limitMs !== undefined) limit = setTimeout(late, limitMs);
      const { process } = this.#spawn(INIT, async (context) => {
        this.#runtime.processes.register(atom("init"), context.self);
        try {
          await bootRelease(context, release);
        } catch (thrown) {
          reject(thrown instanceof BootError ? thrown : new BootError(String(thrown)));
          return;
        }
        this.#watchController();
        resolve();
        for (;;) await context.self.receive((message) => message);
      });
      process.trapExit = true;
    }).finally(() => {
      clearTimeout(limit);
    });
  }

  /** The node lives as long as its application controller. */
  #watchController(): void {
    const controller = this.#runtime.processes.names.get("application_controller");
    controller?.exitCallbacks.push((reason) => {
      this.#goDown({ kind: "node_down", detail: `the application controller ended: ${authorApi.printTerm(reason)}` });
    });
  }

  #spawn(initialCall: InitialCall, entry: (context: Context) => Promise<unknown>): { process: Process } {
    return this.#runtime.processes.spawn((self) => entry(this.#runtime.context(self)), { initialCall });
  }

  /** How many processes are alive. */
  get processCount(): number {
    return this.#runtime.processes.all().length;
  }

  async call(mfa: Mfa, options: { readonly timeoutMs: number }): Promise<Outcome> {
    if (this.#isDown) return { kind: "not_sent", cause: "the node is down" };
    return await new Promise<Outcome>((resolve) => {
      const cancel = this.#runtime.clock.setTimer(options.timeoutMs, () => {
        resolve({ kind: "unknown", cause: "timeout" });
      });
      const settle = (outcome: Outcome): void => {
        cancel();
        resolve(outcome);
      };
      this.#execute(mfa, settle);
    });
  }

  /** `erpc:execute_call/4`: the call in a process of its own. */
  #execute(mfa: Mfa, settle: (outcome: Outcome) => void): void {
    const { processes } = this.#runtime;
    const { process } = processes.spawn(
      async (self) => {
        const value = await this.#runtime.call(self, atom(mfa.module), atom(mfa.function), mfa.args);
        settle({ kind: "returned", value: termOf(value) });
      },
      {
        initialCall: EXECUTE_CALL,
        onRaised: (_self, raised) => {
          settle({ kind: "raised", class: raised.class, reason: raised.reason });
          return atom("normal");
        },
      },
    );
    process.exitCallbacks.push((reason) => {
      // Settled by now, unless something killed the process, or the whole node with it.
      settle(this.#isDown ? { kind: "unknown", cause: "connection_lost" } : { kind: "raised", class: "exit", reason });
    });
  }

  /** Stops the applications, the last started first, then ends everything that is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#isDown) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#shutdownMs);
      const { process } = this.#spawn(INIT, stopApplications);
      process.exitCallbacks.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#goDown({ kind: "closed", detail: "the node was closed" });
  }

  #goDown(reason: DownReason): void {
    if (this.#isDown) return;
    this.#isDown = true;
    const { processes, code } = this.#runtime;
    for (let left = processes.all(); left.length > 0; left = processes.all()) {
      for (const process of left) processes.terminate(process, atom("killed"));
    }
    for (const takeBack of [...processes.delayed]) takeBack();
    code.clear();
    this.#stopWatching();
    this.#resolveDown(reason);
  }
}

async function stopApplications(context: Context): Promise<void> {
  for (const { name } of [...context.node.applications.running]) {
    await askController(context, tuple(atom("stop_application"), atom(name)));
  }
}

function refuseManifest(file: string): never {
  throw new Error(`${file} isn't Erlang terms, and this node was booted without a reader for it`);
}

/**
 * Boots an embedded node.
 * @throws BootError when the release doesn't boot; nothing of it is left running then
 */
export async function bootNode(options: BootOptions): Promise<EmbeddedNode> {
  const node = new EmbeddedNode(options);
  try {
    await node.boot(options.release, options.bootMs);
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
  return node;
}
