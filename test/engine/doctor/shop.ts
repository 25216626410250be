import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PeerNode } from "../../support/peer.js";

/** The modules of a version of `shop`, by name, without `-module`. */
export type Sources = Readonly<Record<string, string>>;

/** What runs: version 1. */
export const FIRST: Sources = {
  shop: "-behaviour(application). -export([start/2, stop/1]). start(_, _) -> shop_sup:start_link(). stop(_) -> ok.",
  shop_sup: `-behaviour(supervisor). -export([start_link/0, init/1]).
    start_link() -> supervisor:start_link({local, shop_sup}, ?MODULE, []).
    init([]) -> {ok, {#{strategy => one_for_one}, children()}}.
    children() -> [child(shop_server), #{id => other, start => {shop_server, start_link, [other]}}].
    child(Module) -> Start = {Module, start_link, [shop_server]}, #{id => server, start => Start, modules => [Module]}.`,
  shop_server: `-vsn("1"). -behaviour(gen_server). -export([start_link/1, init/1, handle_call/3, handle_cast/2, code_change/3]).
    start_link(Name) -> gen_server:start_link({local, Name}, ?MODULE, [], []).
    init(State) -> {ok, State}.
    handle_call(_, _, State) -> {reply, State, State}. handle_cast(_, State) -> {noreply, State}.
    code_change("1", State, _) -> {ok, State}.`,
  shop_price: `-export([price/0, fun_of/0, wait/0]). price() -> 1. fun_of() -> fun() -> price() end.
    wait() -> receive stop -> ok end.`,
  shop_inner: `-behaviour(supervisor). -export([start_link/1, init/1]).
    start_link(Children) -> supervisor:start_link({local, shop_inner}, ?MODULE, Children).
    init(Children) -> {ok, {#{}, Children}}.`,
};
/** The server of version 2, and the instruction that leads to it. */
export const SERVER_2 = FIRST["shop_server"]!.replace('-vsn("1")', '-vsn("2")');
export const UPDATE = "{update, shop_server, {advanced, []}}";

export interface VersionOptions {
  /** The modules that the `.app` lists; by default all. */
  readonly listed?: readonly string[];
}

/** Versions of `shop`, each compiled by a node into a directory of its own below a temporary one. */
export class ShopVersions implements AsyncDisposable {
  readonly folder: string;
  #serial = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<ShopVersions> {
    return new ShopVersions(await mkdtemp(join(tmpdir(), "relupctl-doctor-")));
  }

  /**
   * Makes a version.
   * @param instructions the appup's between it and version 1, the same both ways; none: it has no appup
   */
  async make(
    node: PeerNode,
    vsn: string,
    sources: Sources,
    instructions: string,
    { listed = Object.keys(sources) }: VersionOptions = {},
  ): Promise<string> {
    const directory = join(this.folder, `shop-${vsn}-${++this.#serial}`);
    await mkdir(join(directory, "ebin"), { recursive: true });
    await mkdir(join(directory, "src"));
    await writeFile(
      join(directory, "ebin", "shop.app"),
      `{application, shop, [{vsn, "${vsn}"}, {description, ""}, {modules, [${listed.join(", ")}]}, {registered, []},
        {applications, [kernel, stdlib]}, {mod, {shop, []}}]}.\n`,
    );
    if (instructions !== "") {
      const appup = `{"${vsn}", [{"1", [${instructions}]}], [{"1", [${instructions}]}]}.\n`;
      await writeFile(join(directory, "ebin", "shop.appup"), appup);
    }
    for (const [module, source] of Object.entries(sources)) {
      await writeFile(join(directory, "src", `${module}.erl`), `-module(${module}).\n${source}\n`);
    }
    await node.eval(
      `[{ok, _} = compile:file(F, [debug_info, {outdir, "${directory}/ebin"}]) ||
        F <- filelib:wildcard("${directory}/src/*.erl")]`,
    );
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
