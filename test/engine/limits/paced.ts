import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { LowLevelInstruction } from "../../../src/release/instruction.js";
import type { Target } from "../../../src/target/target.js";
import { parseTerm } from "../../../src/terms/parse.js";
import type { KeepState } from "../../../src/upgrade/upgrade.js";
import { connectTo } from "../../support/connect.js";
import type { BuiltApplications } from "../../support/erlang-application.js";
import { startNode, type PeerNode } from "../../support/peer.js";

/** A node that runs version 1 of `paced`: three servers that have counted to 3, 4 and 5. */
export interface PacedNode extends AsyncDisposable {
  readonly node: PeerNode;
  readonly target: Target;
  connect(): Promise<Target>;
  /** What can be seen of the servers: code, states, and whether they are suspended. */
  look(): Promise<string>;
  /** Waits until `paced_2` is in the code_change that holds it, or is busy. */
  held(): Promise<unknown>;
  /** Lets `paced_2` go on, which was held or busy. */
  goOn(): Promise<unknown>;
  /** Reads the upgrade to the other version, with changes to it. */
  prepare(vsn: "1" | "2", changes?: Changes): Promise<PreparedUpgrade>;
}

export interface Changes {
  /** The extra argument of code_change, as Erlang writes it. */
  readonly extra?: string;
  readonly keepState?: KeepState;
  /** An instruction that is put before the last one. */
  readonly last?: LowLevelInstruction;
}

export const BEFORE = '[{running,3,"1"},{running,4,"1"},{running,5,"1"}]';
export const AFTER = '[{running,{n,3},"2"},{running,{n,4},"2"},{running,{n,5},"2"}]';

const LOOK = `[begin
  {status, _, _, [_, Status | _]} = sys:get_status(Name),
  {Status, sys:get_state(Name), proplists:get_value(vsn, paced:module_info(attributes))}
end || Name <- [paced_1, paced_2, paced_3]]`;

const HELD = `Wait = fun Wait() -> case process_info(whereis(paced_2), current_function) of
  {_, {paced, _, _}} -> ok; _ -> timer:sleep(5), Wait() end end, Wait()`;

export async function startPaced(built: BuiltApplications): Promise<PacedNode> {
  const node = await startNode();
  await node.eval(`code:add_patha("${built.lib}/paced-1/ebin"), ok = application:start(paced),
    [gen_server:call(Name, next) || {Name, N} <- [{paced_1, 3}, {paced_2, 4}, {paced_3, 5}], _ <- lists:seq(1, N)]`);
  const connectAgain = (): Promise<Target> => connectTo(node);
  const target = await connectAgain();
  return {
    node,
    target,
    connect: connectAgain,
    look: () => node.eval(LOOK),
    held: () => node.eval(HELD),
    goOn: () => node.eval("paced_2 ! go_on"),
    prepare: async (vsn, changes) =>
      changed(await readApplicationUpgrade(target, `${built.lib}/paced-${vsn}`), changes),
    [Symbol.asyncDispose]: async () => {
      await target[Symbol.asyncDispose]();
      await node.stop();
    },
  };
}

/** The same upgrade with changes to its script. */
export function changed(prepared: PreparedUpgrade, { extra, keepState, last }: Changes = {}): PreparedUpgrade {
  const script = prepared.upgrade.script.map((step) =>
    step.instruction === "code_change" && extra !== undefined
      ? { ...step, modules: step.modules.map(({ module }) => ({ module, extra: parseTerm(extra) })) }
      : step,
  );
  return {
    ...prepared,
    upgrade: {
      ...prepared.upgrade,
      script: last === undefined ? script : [...script.slice(0, -1), last, ...script.slice(-1)],
      ...(keepState !== undefined && { keepState }),
    },
  };
}
