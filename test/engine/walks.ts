import { pidText } from "../../src/otp/process.js";
import type { Target } from "../../src/target/target.js";
import { printAtom } from "../../src/terms/print.js";
import type { WalkedProcess } from "../../src/engine/walk.js";
import type { PeerNode } from "../support/peer.js";

/** OTP's own walk, as lines `Pid Supervisor Modules`, in its order. A supervisor declared `dynamic` has no modules. */
const OTP_WALK = `
[lists:flatten(io_lib:format("~p ~p ~0tp", [Pid, Sup, case Mods of dynamic -> []; _ -> Mods end])) ||
  {Sup, _Name, Pid, Mods} <- release_handler_1:get_supervised_procs()].
`;

export async function otpWalk(node: PeerNode): Promise<string[]> {
  return JSON.parse(await node.eval(OTP_WALK)) as string[];
}

/** Ours in the same form: without what OTP doesn't see. */
export function asLines(processes: readonly WalkedProcess[]): string[] {
  return processes
    .filter(({ hidden }) => !hidden)
    .map(({ pid, supervisor, modules }) => {
      const parent = supervisor === undefined ? "undefined" : pidText(supervisor);
      return `${pidText(pid)} ${parent} [${modules.map(printAtom).join(",")}]`;
    });
}

/** A target that counts its calls. */
export function counted(target: Target): { readonly target: Target; readonly calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    target: {
      identity: target.identity,
      down: target.down,
      call: (mfa, options) => {
        calls++;
        return target.call(mfa, options);
      },
      [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    },
  };
}
