import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "../../../src/target/target.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { list, string, tuple } from "../../../src/terms/term.js";
import { connectTo } from "../../support/connect.js";
import { Oracle } from "../../support/erlang.js";
import { startNode, type PeerNode } from "../../support/peer.js";
import { APP, moduleNames, processNames, type UpgradeCase, type Version } from "./model.js";
import { appFile, appupFile, sourceOf } from "./source.js";

/** Compiles `[{File, Source}]`, sources without macros, as fast as can be. */
const COMPILE = `
[begin
  {ok, Tokens, _} = erl_scan:string(Source),
  Forms = fun Forms([]) -> [];
              Forms(Rest) ->
    {Form, [Dot | After]} = lists:splitwith(fun(Token) -> element(1, Token) =/= dot end, Rest),
    {ok, Parsed} = erl_parse:parse_form(Form ++ [Dot]),
    [Parsed | Forms(After)]
  end,
  {ok, _, Binary} = compile:forms(Forms(Tokens), [no_copt, no_postopt, no_ssa_opt, no_bsm_opt, no_type_opt, no_module_opt]),
  ok = file:write_file(File, Binary)
end || {File, Source} <- binary_to_term(Input)],
"".
`;

/** One of two nodes that go through the same: one under OTP's release handler, one under the engine. */
export interface Twin {
  readonly node: PeerNode;
  /** Evaluates a call of upgrade_kit that gives lines. */
  lines(call: string): Promise<string[]>;
}

/** Two nodes with the same application, one after the other in many cases. */
export class Twins implements AsyncDisposable {
  readonly otp: Twin;
  readonly ours: Twin;
  readonly target: Target;
  readonly #oracle: Oracle;
  readonly #directory: string;
  #cases = 0;

  private constructor(otp: PeerNode, ours: PeerNode, target: Target, oracle: Oracle, directory: string) {
    this.otp = twin(otp);
    this.ours = twin(ours);
    this.target = target;
    this.#oracle = oracle;
    this.#directory = directory;
  }

  static async start(): Promise<Twins> {
    const directory = await mkdtemp(join(tmpdir(), "relupctl-upgrades-"));
    const oracle = new Oracle();
    const kit = await readFile(join(import.meta.dirname, "upgrade_kit.erl"), "utf8");
    await writeFile(join(directory, "upgrade_kit.erl"), kit);
    await oracle.run(`{ok, _} = compile:file("${directory}/upgrade_kit", [{outdir, "${directory}"}]), "".`);
    const nodes = await Promise.all([0, 1].map(() => startNode({ args: ["-kernel", "logger_level", "none"] })));
    const [otp, ours] = nodes as [PeerNode, PeerNode];
    for (const node of nodes) {
      await node.eval(`{module, _} = code:load_abs("${directory}/upgrade_kit"), upgrade_kit:start(),
        {ok, _} = application:ensure_all_started(sasl)`);
    }
    const target = await connectTo(ours);
    return new Twins(otp, ours, target, oracle, directory);
  }

  get both(): readonly Twin[] {
    return [this.otp, this.ours];
  }

  /** Writes and compiles both versions. Gives the directory of each. */
  async build(upgradeCase: UpgradeCase): Promise<Record<Version, string>> {
    const root = join(this.#directory, `case-${++this.#cases}`);
    const directories = { 1: join(root, `${APP}-1`), 2: join(root, `${APP}-2`) };
    const sources: { file: string; source: string }[] = [];
    for (const version of [1, 2] as const) {
      const ebin = join(directories[version], "ebin");
      await mkdir(ebin, { recursive: true });
      const application = upgradeCase.versions[version];
      await writeFile(join(ebin, `${APP}.app`), appFile(application));
      for (const module of application.modules) {
        sources.push({ file: join(ebin, `${module.name}.beam`), source: sourceOf(module) });
      }
    }
    await writeFile(join(directories[2], "ebin", `${APP}.appup`), appupFile(upgradeCase));
    const input = list(...sources.map(({ file, source }) => tuple(string(file), string(source))));
    await this.#oracle.run(COMPILE, encodeTerm(input));
    return directories;
  }

  /** Starts version 1 on both nodes. */
  async startApplication(upgradeCase: UpgradeCase, directory: string): Promise<void> {
    const expressions = [
      `upgrade_kit:start_app(${APP}, "${directory}", [${upgradeCase.loaded.join(", ")}])`,
      ...upgradeCase.afterStart,
      `upgrade_kit:calls()`,
      `ok`,
    ];
    await Promise.all(this.both.map(({ node }) => node.eval(expressions.join(",\n"))));
  }

  /** What an upgrade may change on a node, as lines. */
  snapshot(twin: Twin, upgradeCase: UpgradeCase): Promise<string[]> {
    return twin.lines(`upgrade_kit:snapshot(${APP}, [${moduleNames(upgradeCase).join(", ")}])`);
  }

  /** Takes the application off both nodes, in whatever state it is, and its files away. */
  async clean(upgradeCase: UpgradeCase): Promise<void> {
    const modules = `[${moduleNames(upgradeCase).join(", ")}]`;
    const names = `[${processNames(upgradeCase).join(", ")}]`;
    await Promise.all(this.both.map(({ node }) => node.eval(`upgrade_kit:clean(${APP}, ${modules}, ${names})`)));
    await rm(join(this.#directory, `case-${this.#cases}`), { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await Promise.all(this.both.map(({ node }) => node.stop()));
    await this.#oracle[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function twin(node: PeerNode): Twin {
  return { node, lines: async (call) => JSON.parse(await node.eval(call)) as string[] };
}
