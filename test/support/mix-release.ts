import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startRelease, writeProject } from "./built-release.js";
import type { NodeOptions, PeerNode } from "./peer.js";

const run = promisify(execFile);

/**
 * A real Elixir release, built by mix in two versions: no RELEASES file, a `runtime.exs` in the second form of its
 * configuration, and protocols that are consolidated. `Shelf.Server` keeps items; the second version keeps them in a map.
 * Its dependency `stock` changes with it; version 0.2.0 has a new dependency `audit`, and no `flyer` any more.
 */
export interface MixRelease extends AsyncDisposable {
  readonly tarballs: Readonly<Record<"0.1.0" | "0.2.0", string>>;
  /** The first version in a root of its own, removed with the release. */
  copy(name: string): Promise<string>;
}

const mixExs = (vsn: string, dependencies: readonly string[]): string => `
defmodule Shelf.MixProject do
  use Mix.Project
  def project do
    [app: :shelf, version: "${vsn}", elixir: "~> 1.14",
     deps: [${dependencies.map((name) => `{:${name}, path: "dependencies/${name}"}`).join(", ")}],
     releases: [shelf: [steps: [:assemble, &appups/1, :tar]]]]
  end
  def application, do: [extra_applications: [:logger, :sasl], mod: {Shelf.Application, []}]
  defp appups(release) do
    for file <- Path.wildcard("appups/*/*.appup") do
      library = file |> Path.dirname() |> Path.basename()
      File.cp!(file, Path.join([release.path, "lib", library, "ebin", Path.basename(file)]))
    end
    release
  end
end
`;

/** A dependency of one module, with a process of its own or without. */
const dependency = (
  name: string,
  vsn: string,
  module: string,
  code: string,
  application = "",
): Record<string, string> => ({
  [`dependencies/${name}/mix.exs`]: `
defmodule ${module}.MixProject do
  use Mix.Project
  def project, do: [app: :${name}, version: "${vsn}", elixir: "~> 1.14"]
  def application, do: [${application}]
end
`,
  [`dependencies/${name}/lib/${name}.ex`]: `
defmodule ${module} do
${code}
end
`,
});

const server = (state: string): string => `
defmodule Shelf.Application do
  use Application
  def start(_type, _args), do: Supervisor.start_link([Shelf.Server], strategy: :one_for_one, name: Shelf.Supervisor)
end

defmodule Shelf.Server do
  use GenServer
${state}
  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def put(item), do: GenServer.call(__MODULE__, {:put, item})
end
`;

const FIRST = server(`
  @vsn "1"
  def init(_), do: {:ok, 0}
  def handle_call({:put, item}, _from, count) do
    _ = Stock.room(item)
    {:reply, {:ok, count + 1}, count + 1}
  end
`);

const SECOND =
  server(`
  @vsn "2"
  def init(_), do: {:ok, %{count: 0, limit: Application.get_env(:shelf, :limit)}}
  def handle_call({:put, item}, _from, %{count: count} = state) do
    _ = Stock.room(item)
    {:reply, {:ok, count + 1}, %{state | count: count + 1}}
  end
  def code_change({:down, "1"}, %{count: count}, _), do: {:ok, count}
  def code_change("1", count, _), do: {:ok, %{count: count, limit: Application.get_env(:shelf, :limit)}}
`) +
  `
defmodule Shelf.Item do
  defstruct [:name]
  def new(name), do: %Shelf.Item{name: name}
end

defimpl String.Chars, for: Shelf.Item do
  def to_string(item), do: "item " <> item.name
end
`;

const stock = (vsn: string, room: number): Record<string, string> =>
  dependency("stock", vsn, "Stock", `  def room(_item), do: ${room}`);
const FLYER = dependency("flyer", "1.0.0", "Flyer", `  def text, do: "read"`);
const AUDIT = dependency(
  "audit",
  "0.1.0",
  "Audit",
  `
  use Application
  def start(_type, _args), do: Supervisor.start_link([], strategy: :one_for_one, name: Audit)
`,
  "mod: {Audit, []}",
);

const CONFIG = (limit: string): string => `import Config\nconfig :shelf, name: "${limit}"\n`;
const RUNTIME = (limit: string): string =>
  `import Config\nconfig :shelf, limit: String.to_integer(System.get_env("SHELF_LIMIT", "${limit}"))\n`;

const UPDATE = "{update, 'Elixir.Shelf.Server', {advanced, []}}";
const ADDED = ["Elixir.Shelf.Item", "Elixir.String.Chars.Shelf.Item"];
const up = ADDED.map((module) => `{add_module, '${module}'}`).join(", ");
const down = ADDED.map((module) => `{delete_module, '${module}'}`).join(", ");
const APPUP = `{"0.2.0", [{"0.1.0", [${up}, ${UPDATE}]}], [{"0.1.0", [${UPDATE}, ${down}]}]}.\n`;
const LOAD = "[{load_module, 'Elixir.Stock'}]";
const STOCK_APPUP = `{"1.1.0", [{"1.0.0", ${LOAD}}], [{"1.0.0", ${LOAD}}]}.\n`;

const FILES: Readonly<Record<"0.1.0" | "0.2.0", Readonly<Record<string, string>>>> = {
  "0.1.0": {
    ...stock("1.0.0", 1),
    ...FLYER,
    "mix.exs": mixExs("0.1.0", ["stock", "flyer"]),
    "lib/shelf.ex": FIRST,
    "config/config.exs": CONFIG("first"),
    "config/runtime.exs": RUNTIME("10"),
  },
  "0.2.0": {
    ...stock("1.1.0", 2),
    ...AUDIT,
    "mix.exs": mixExs("0.2.0", ["stock", "audit"]),
    "lib/shelf.ex": SECOND,
    "config/config.exs": CONFIG("second"),
    "config/runtime.exs": RUNTIME("20"),
    "appups/shelf-0.2.0/shelf.appup": APPUP,
    "appups/stock-1.1.0/stock.appup": STOCK_APPUP,
  },
};

/** Builds both versions. Elixir must be there. */
export async function buildMixRelease(): Promise<MixRelease> {
  const folder = await mkdtemp(join(tmpdir(), "relupctl-mix-"));
  const build = async (vsn: "0.1.0" | "0.2.0"): Promise<string> => {
    const project = join(folder, `project-${vsn}`);
    await writeProject(project, FILES[vsn]);
    const env = { ...process.env, MIX_ENV: "prod", MIX_HOME: join(folder, "home"), LANG: "C.UTF-8" };
    await run("mix", ["release", "--quiet"], { cwd: project, env });
    return join(project, "_build", "prod");
  };
  try {
    const [first, second] = await Promise.all([build("0.1.0"), build("0.2.0")]);
    let copies = 0;
    return {
      tarballs: { "0.1.0": join(first, "shelf-0.1.0.tar.gz"), "0.2.0": join(second, "shelf-0.2.0.tar.gz") },
      copy: async (name) => {
        const to = join(folder, `root-${++copies}-${name}`);
        await cp(join(first, "rel", "shelf"), to, { recursive: true, verbatimSymlinks: true });
        return to;
      },
      [Symbol.asyncDispose]: async () => {
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Starts a version as `bin/shelf start` does, apart from the shell around it. */
export async function startMixRelease(root: string, vsn: string, options: NodeOptions = {}): Promise<PeerNode> {
  return await startRelease(root, vsn, {
    ...options,
    env: {
      ...{ RELEASE_ROOT: root, RELEASE_VSN: vsn, RELEASE_SYS_CONFIG: join(root, "releases", vsn, "sys") },
      ...options.env,
    },
    args: ["-boot_var", "RELEASE_LIB", join(root, "lib"), ...(options.args ?? [])],
  });
}
