import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeProject } from "./built-release.js";

const run = promisify(execFile);

/**
 * A real release, built by rebar3 in two versions. `shop` counts what it sells, `shop_till` its clients' calls; the library
 * `wares` changes with it. Version 2.0.0 has a new application `ledger`, no `leaflet` any more, and another `sys.config`.
 */
export interface RebarRelease extends AsyncDisposable {
  /** The first version, laid out as it is unpacked on a machine. */
  readonly root: string;
  /** The packages of both versions, as `rebar3 tar` makes them. */
  readonly tarballs: Readonly<Record<"1.0.0" | "2.0.0", string>>;
  /** A copy of the first version in a root of its own, removed with the release. */
  copy(name: string): Promise<string>;
}

const FILES_1: Readonly<Record<string, string>> = {
  "rebar.config": `
{erl_opts, [debug_info]}.
{relx, [{release, {shopd, "1.0.0"}, [sasl, wares, leaflet, shop]}, {mode, prod}, {sys_config, "sys.config"},
  {overlay, []}]}.
`,
  "sys.config": `[{shop, [{greeting, "hello"}, {discount, 0}]}].\n`,
  "apps/wares/src/wares.app.src": `
{application, wares, [{description, "what there is to sell"}, {vsn, "1.0.0"}, {modules, []}, {registered, []},
  {applications, [kernel, stdlib]}]}.
`,
  "apps/wares/src/wares.erl": `
-module(wares).
-export([price/1, wait/0]).
price(_) -> 1.
wait() -> receive stop -> ok end.
`,
  "apps/leaflet/src/leaflet.app.src": `
{application, leaflet, [{description, "given up"}, {vsn, "1.0.0"}, {modules, []}, {registered, []},
  {applications, [kernel, stdlib]}]}.
`,
  "apps/leaflet/src/leaflet.erl": `
-module(leaflet).
-export([text/0]).
text() -> "buy".
`,
  "apps/shop/src/shop.app.src": `
{application, shop, [{description, "counts what it sells"}, {vsn, "1.0.0"}, {modules, []}, {registered, [shop_till]},
  {applications, [kernel, stdlib, wares]}, {mod, {shop_app, []}}, {env, [{greeting, "-"}, {discount, 0}]}]}.
`,
  "apps/shop/src/shop_app.erl": `
-module(shop_app).
-behaviour(application).
-export([start/2, stop/1, config_change/3]).
start(_, _) -> shop_sup:start_link().
stop(_) -> ok.
config_change(Changed, New, Removed) -> persistent_term:put(shop_config_change, {Changed, New, Removed}).
`,
  "apps/shop/src/shop_sup.erl": `
-module(shop_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).
start_link() -> supervisor:start_link({local, shop_sup}, ?MODULE, []).
init([]) -> {ok, {{one_for_one, 1, 5}, [{shop_till, {shop_till, start_link, []}, permanent, 5000, worker, [shop_till]}]}}.
`,
  "apps/shop/src/shop_till.erl": `
-module(shop_till).
-vsn("1").
-behaviour(gen_server).
-export([start_link/0, sell/1, init/1, handle_call/3, handle_cast/2, code_change/3]).
start_link() -> gen_server:start_link({local, shop_till}, ?MODULE, [], []).
sell(Ware) -> gen_server:call(shop_till, {sell, Ware}).
init([]) -> {ok, 0}.
handle_call({sell, Ware}, _From, Sold) -> _ = wares:price(Ware), {reply, {ok, Sold + 1}, Sold + 1}.
handle_cast(_, State) -> {noreply, State}.
code_change(_, State, _) -> {ok, State}.
`,
};

const FILES_2: Readonly<Record<string, string>> = {
  // rebar3 takes no notice of appups by itself: they are laid over what it makes.
  "rebar.config": FILES_1["rebar.config"]!.replace(
    `{shopd, "1.0.0"}, [sasl, wares, leaflet, shop]`,
    `{shopd, "2.0.0"}, [sasl, wares, ledger, shop]`,
  ).replace(
    "{overlay, []}",
    `{overlay, [{copy, "wares.appup", "lib/wares-1.1.0/ebin/wares.appup"},
             {copy, "shop.appup", "lib/shop-2.0.0/ebin/shop.appup"}]}`,
  ),
  "sys.config": `[{shop, [{greeting, "welcome"}, {currency, eur}]}].\n`,
  "apps/wares/src/wares.app.src": FILES_1["apps/wares/src/wares.app.src"]!.replace('"1.0.0"', '"1.1.0"'),
  "apps/wares/src/wares.erl": FILES_1["apps/wares/src/wares.erl"]!.replace("price(_) -> 1", "price(_) -> 2"),
  "wares.appup": `{"1.1.0", [{"1.0.0", [{load_module, wares}]}], [{"1.0.0", [{load_module, wares}]}]}.\n`,
  "apps/ledger/src/ledger.app.src": `
{application, ledger, [{description, "new"}, {vsn, "0.1.0"}, {modules, []}, {registered, [ledger]},
  {applications, [kernel, stdlib]}, {mod, {ledger, []}}]}.
`,
  "apps/ledger/src/ledger.erl": `
-module(ledger).
-behaviour(application).
-export([start/2, stop/1, start_link/0, init/1]).
start(_, _) -> supervisor:start_link({local, ledger}, ?MODULE, []).
start_link() -> start(normal, []).
stop(_) -> ok.
init([]) -> {ok, {{one_for_one, 1, 5}, []}}.
`,
  "apps/shop/src/shop.app.src": FILES_1["apps/shop/src/shop.app.src"]!.replace('"1.0.0"', '"2.0.0"').replace(
    "stdlib, wares",
    "stdlib, wares, ledger",
  ),
  "apps/shop/src/shop_app.erl": FILES_1["apps/shop/src/shop_app.erl"]!,
  "apps/shop/src/shop_sup.erl": FILES_1["apps/shop/src/shop_sup.erl"]!,
  "apps/shop/src/shop_till.erl": `
-module(shop_till).
-vsn("2").
-behaviour(gen_server).
-export([start_link/0, sell/1, init/1, handle_call/3, handle_cast/2, code_change/3]).
start_link() -> gen_server:start_link({local, shop_till}, ?MODULE, [], []).
sell(Ware) -> gen_server:call(shop_till, {sell, Ware}).
init([]) -> {ok, {sold, 0}}.
handle_call({sell, Ware}, _From, {sold, Sold}) -> _ = wares:price(Ware), {reply, {ok, Sold + 1}, {sold, Sold + 1}}.
handle_cast(_, State) -> {noreply, State}.
code_change({down, "1"}, {sold, Sold}, _) -> {ok, Sold};
code_change("1", Sold, _) when is_integer(Sold) -> {ok, {sold, Sold}}.
`,
  "shop.appup": `
{"2.0.0", [{"1.0.0", [{update, shop_till, {advanced, []}, [wares]}]}],
          [{"1.0.0", [{update, shop_till, {advanced, []}, [wares]}]}]}.
`,
};

/** Builds both versions. rebar3 must be there. */
export async function buildRebarRelease(): Promise<RebarRelease> {
  const folder = await mkdtemp(join(tmpdir(), "relupctl-rebar-"));
  const build = async (vsn: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const project = join(folder, `project-${vsn}`);
    await writeProject(project, files);
    const env = { ...process.env, REBAR_CACHE_DIR: join(folder, "cache"), REBAR_OFFLINE: "1" };
    await run("rebar3", ["tar"], { cwd: project, env });
    return join(project, "_build", "default", "rel", "shopd");
  };
  try {
    const [first, second] = await Promise.all([build("1.0.0", FILES_1), build("2.0.0", FILES_2)]);
    let copies = 0;
    const copy = async (name: string): Promise<string> => {
      const to = join(folder, `root-${++copies}-${name}`);
      await cp(first, to, { recursive: true, verbatimSymlinks: true });
      await rm(join(to, "shopd-1.0.0.tar.gz"));
      return to;
    };
    return {
      root: first,
      tarballs: { "1.0.0": join(first, "shopd-1.0.0.tar.gz"), "2.0.0": join(second, "shopd-2.0.0.tar.gz") },
      copy,
      [Symbol.asyncDispose]: async () => {
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
