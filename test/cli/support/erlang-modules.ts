import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PeerNode } from "../../support/peer.js";
import type { TemporaryFolder } from "./root.js";

/** The source of a gen_server. What it counts from, and how, is said by the versions of it. */
export interface Version {
  readonly module: string;
  /** Attributes before the exports, such as `-vsn("0").`. */
  readonly attributes: string;
  /** Patterns and expressions with N in them: the state that holds a count. */
  readonly state: string;
  /** Clauses of code_change, or none. */
  readonly codeChange?: string;
}

function sourceOf({ module, attributes, state, codeChange }: Version): string {
  const next = state.replace(/\bN\b/, "N + 1");
  return [
    `-module(${module}).`,
    attributes,
    "-behaviour(gen_server).",
    `-export([start/0, start/1, next/0, init/1, handle_call/3, handle_cast/2${codeChange === undefined ? "" : ", code_change/3"}, loop/0]).`,
    `start() -> gen_server:start({local, ${module}}, ${module}, 0, []).`,
    `start(Name) -> gen_server:start({local, Name}, ${module}, 0, []).`,
    `next() -> gen_server:call(${module}, next).`,
    `init(N) -> {ok, ${state}}.`,
    `handle_call(next, _From, ${state}) -> {reply, N, ${next}}.`,
    "handle_cast(_, State) -> {noreply, State}.",
    // Runs on in the code that it was started in.
    "loop() -> receive stop -> ok after 100 -> loop() end.",
    codeChange ?? "",
  ].join("\n");
}

/** Compiles a version on the node into a folder of its own; gives the path of the `.beam` file. */
export async function compile(
  node: PeerNode,
  folder: TemporaryFolder,
  name: string,
  version: Version,
): Promise<string> {
  return await compileText(node, folder, name, { module: version.module, text: sourceOf(version) });
}

/** The same for a source as it is, which says `-module` itself. */
export async function compileText(
  node: PeerNode,
  folder: TemporaryFolder,
  name: string,
  { module, text }: { readonly module: string; readonly text: string },
): Promise<string> {
  const source = folder.at(`${name}/${module}.erl`);
  mkdirSync(dirname(source), { recursive: true });
  writeFileSync(source, text);
  const options = `[{outdir, "${folder.at(name)}"}, return_errors]`;
  const compiled = await node.eval(`compile:file("${source}", ${options})`);
  if (compiled !== `{ok,${module}}`) throw new Error(compiled);
  return folder.at(`${name}/${module}.beam`);
}
