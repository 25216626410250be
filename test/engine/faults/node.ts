import type { Target } from "../../../src/target/target.js";
import { connectTo } from "../../support/connect.js";
import { startNode, type PeerNode } from "../../support/peer.js";

/** A node that runs version 1 of the application `faults`, with all that an upgrade of it changes in one text. */
export class FaultsNode implements AsyncDisposable {
  readonly node: PeerNode;
  readonly lib: string;

  private constructor(node: PeerNode, lib: string) {
    this.node = node;
    this.lib = lib;
  }

  static async start(lib: string): Promise<FaultsNode> {
    const node = await startNode();
    await node.eval(`code:add_patha("${lib}/faults-1/ebin"), ok = application:start(faults)`);
    // Progress reports and those of killed workers would only fill the log.
    await node.eval("logger:set_primary_config(level, none)");
    return new FaultsNode(node, lib);
  }

  async connect(port = this.node.port): Promise<Target> {
    const { name, cookie } = this.node;
    return await connectTo({ name, port, cookie }, { netTickTimeMs: 60_000 });
  }

  /** Has each worker count, so that its state is another one than at its start. */
  async count(): Promise<void> {
    await this.node.eval(`[gen_server:call(W, next) || W <- ${WORKERS}], gen_server:call(beta_2, next)`);
  }

  /** Suspended processes, code, code path, specifications, environment and states: what must be as before, or all new. */
  async look(): Promise<Look> {
    const [suspended, lock, code, environment, states] = JSON.parse(
      await this.node.eval(LOOK).then((text) => JSON.parse(text) as string),
    ) as [string, string, string, string, string];
    return { suspended, lock, code, environment, states };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node.stop();
  }
}

export interface Look {
  /** Every process of the node that is suspended. */
  readonly suspended: string;
  /** Who holds the lock. */
  readonly lock: string;
  /** MD5, file and old code of every module. */
  readonly code: string;
  readonly environment: string;
  readonly states: string;
}

export const WORKERS = "[alpha_1, alpha_2, alpha_3, beta_1, beta_2]";

const LOOK = `
  Text = fun(Term) -> lists:flatten(io_lib:format("~0tp", [Term])) end,
  Suspended = [Pid || Pid <- processes(),
    case process_info(Pid, current_function) of {_, {sys, suspend_loop, _}} -> true; _ -> false end],
  Modules = [faults_alpha, faults_app, faults_beta, faults_beta_sup, faults_sup, faults_top],
  Code = [{M, M:module_info(md5), code:which(M), erlang:check_old_code(M)} || M <- Modules],
  {ok, Keys} = application:get_all_key(faults),
  Environment = {Keys, application:get_all_env(faults), lists:keyfind(faults, 1, application:which_applications()),
    code:lib_dir(faults), persistent_term:get(faults_level)},
  Ids = fun(S) -> lists:sort([{Id, is_pid(P)} || {Id, P, _, _} <- supervisor:which_children(S)]) end,
  States = try Suspended =:= [] andalso
    {[{W, sys:get_state(W, 20000)} || W <- ${WORKERS}], Ids(faults_top), Ids(faults_sup), Ids(faults_beta_sup),
     supervisor:get_childspec(faults_sup, alpha_1), element(6, sys:get_state(faults_sup, 20000))}
    catch _:Reason -> {raised, Reason} end,
  Json = [io_lib:format("~0tp", [lists:flatten(string:replace(Text(Part), "\\"", "'", all))]) ||
    Part <- [Suspended, whereis(relupctl) =/= undefined, Code, Environment, States]],
  lists:flatten(["[", lists:join(",", Json), "]"])`;
