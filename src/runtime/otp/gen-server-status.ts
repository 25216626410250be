import { type Atom, List, Pid, type Term, atom, list, string, tuple } from "../../terms/term.js";
import { printTerm } from "../../terms/print.js";
import { pidText } from "../support/term.js";
import type { Context } from "../context.js";

export interface ServerStatus {
  readonly name: Term;
  readonly callback: Atom;
  readonly state: Term;
  readonly log: readonly Term[];
  readonly systemState: Atom;
  readonly parent: Pid;
  readonly dictionary: List;
}

/** `gen_server:format_status/2`: what a gen_server shows of itself at the end of its status. */
export async function serverStatus({ node, self }: Context, status: ServerStatus): Promise<List> {
  const { callback, state } = status;
  let shown: Term = list(tuple(atom("data"), list(tuple(string("State"), state))));
  if (node.has(callback, "format_status", 2)) {
    const given = await node.callTerm(self, callback, atom("format_status"), [
      atom("normal"),
      list(status.dictionary, state),
    ]);
    shown = given instanceof List ? given : list(given);
  }
  const name = status.name instanceof Pid ? pidText(status.name) : printTerm(status.name);
  return list(
    tuple(atom("header"), string(`Status for generic server ${name}`)),
    tuple(
      atom("data"),
      list(
        tuple(string("Status"), status.systemState),
        tuple(string("Parent"), status.parent),
        tuple(string("Logged events"), list(...status.log)),
      ),
    ),
    ...shown.elements,
  );
}
