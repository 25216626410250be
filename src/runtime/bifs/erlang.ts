import type { BifModule } from "../context.js";
import { typeTestFunctions } from "../erl-eval/operators.js";
import { erlangCode } from "./erlang-code.js";
import { erlangProcesses } from "./erlang-processes.js";
import { erlangSystem } from "./erlang-system.js";
import { erlangTerms } from "./erlang-terms.js";

export const erlang: BifModule = {
  ...erlangProcesses,
  ...erlangCode,
  ...erlangSystem,
  ...erlangTerms,
  ...typeTestFunctions,
};
