import { type Term, atom, list, tuple } from "../../terms/term.js";
import type { Context } from "../context.js";
import type { SupervisorReport } from "../events.js";
import type { Child } from "./spec.js";

/** `supervisor:report_error`. */
export function reportError(
  { node }: Context,
  supervisor: Term,
  context: SupervisorReport["context"],
  reason: Term,
  child: Child,
): void {
  node.emit({ kind: "supervisor_report", supervisor, context, reason, child: describe(child) });
}

/** `supervisor:report_progress/2`. */
export function reportProgress({ node }: Context, supervisor: Term, child: Child): void {
  node.emit({ kind: "progress", source: supervisor, started: describe(child) });
}

/** `supervisor:extract_child/1`. */
function describe(child: Child): Term {
  return list(
    tuple(atom("pid"), child.pid),
    tuple(atom("id"), child.id),
    tuple(atom("mfargs"), child.start),
    tuple(atom("restart_type"), child.restart),
    tuple(atom("significant"), child.significant),
    tuple(atom("shutdown"), child.shutdown),
    tuple(atom("child_type"), child.type),
  );
}
