import { atom, string, tuple, type Term, List } from "../../terms/term.js";
import { complete } from "../complete.js";
import type { Change, Instruction, LoadModule, MfaTerm, Timeout, Update } from "../instruction.js";

const atoms = (names: readonly string[]): Term => new List(names.map(atom));
const timeoutTerm = (timeout: Timeout): Term => (typeof timeout === "number" ? timeout : atom(timeout));
const changeTerm = (change: Change): Term =>
  change === "soft" ? atom(change) : tuple(atom("advanced"), change.advanced);
const mfaTerm = (mfa: MfaTerm): Term => tuple(atom(mfa.module), atom(mfa.function), new List(mfa.args));

/** The term of an instruction, in the tuple form that its fields name. Fields without a form get OTP's defaults. */
export function encodeInstruction(instruction: Instruction): Term {
  const name = atom(instruction.instruction);
  switch (instruction.instruction) {
    case "update":
      return encodeUpdate(complete(instruction));
    case "load_module":
      return encodeLoadModule(complete(instruction));
    case "add_module":
    case "delete_module": {
      const { module, depMods } = instruction;
      return tuple(name, atom(module), ...(depMods === undefined ? [] : [atoms(depMods)]));
    }
    case "add_application": {
      const { application, type } = instruction;
      return tuple(name, atom(application), ...(type === undefined ? [] : [atom(type)]));
    }
    case "remove_application":
    case "restart_application":
      return tuple(name, atom(instruction.application));
    case "load_object_code": {
      const { application, vsn, modules } = instruction;
      return tuple(name, tuple(atom(application), string(vsn), atoms(modules)));
    }
    case "load":
    case "remove":
      return tuple(name, tuple(atom(instruction.module), atom(instruction.prePurge), atom(instruction.postPurge)));
    case "purge":
    case "resume":
    case "stop":
    case "start":
      return tuple(name, atoms(instruction.modules));
    case "suspend":
      return tuple(name, new List(instruction.modules.map(encodeSuspended)));
    case "code_change": {
      const { mode, modules } = instruction;
      const changes = new List(modules.map(({ module, extra }) => tuple(atom(module), extra)));
      return tuple(name, ...(mode === undefined ? [] : [atom(mode)]), changes);
    }
    case "sync_nodes": {
      const { id, nodes } = instruction;
      return tuple(name, id, "module" in nodes ? mfaTerm(nodes) : atoms(nodes));
    }
    case "apply":
      return tuple(name, mfaTerm(instruction.mfa));
    case "point_of_no_return":
    case "restart_new_emulator":
    case "restart_emulator":
      return name;
  }
}

function encodeSuspended({ module, timeout }: { readonly module: string; readonly timeout?: Timeout }): Term {
  return timeout === undefined ? atom(module) : tuple(atom(module), timeoutTerm(timeout));
}

function encodeUpdate(update: Update): Term {
  const { module, supervisor, modType, timeout, change, prePurge, postPurge, depMods } = update;
  if (supervisor) return tuple(atom("update"), atom(module), atom("supervisor"));
  return tuple(
    atom("update"),
    atom(module),
    ...(modType === undefined ? [] : [atom(modType)]),
    ...(timeout === undefined ? [] : [timeoutTerm(timeout)]),
    ...(change === undefined ? [] : [changeTerm(change)]),
    ...(prePurge === undefined ? [] : [atom(prePurge)]),
    ...(postPurge === undefined ? [] : [atom(postPurge)]),
    ...(depMods === undefined ? [] : [atoms(depMods)]),
  );
}

function encodeLoadModule({ module, prePurge, postPurge, depMods }: LoadModule): Term {
  return tuple(
    atom("load_module"),
    atom(module),
    ...(prePurge === undefined ? [] : [atom(prePurge)]),
    ...(postPurge === undefined ? [] : [atom(postPurge)]),
    ...(depMods === undefined ? [] : [atoms(depMods)]),
  );
}
