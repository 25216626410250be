import type {
  AddModule,
  AddApplication,
  Apply,
  DeleteModule,
  Instruction,
  LoadModule,
  LoadObjectCode,
  RemoveApplication,
  RestartApplication,
  Update,
} from "../../release/instruction.js";

/** The forms that instructions have once the short ones are written out ({@link "./expand.js"}). */

export type FullUpdate = Required<Omit<Update, "supervisor">>;
export type FullLoadModule = Required<LoadModule>;
export type FullAddModule = Required<AddModule>;
export type FullDeleteModule = Required<DeleteModule>;
export type FullAddApplication = Required<AddApplication>;

/** An instruction that says on which modules it depends, and so takes part in the order of dependency. */
export type DependentInstruction = FullUpdate | FullLoadModule | FullDeleteModule;

type Short = Update | LoadModule | AddModule | DeleteModule | AddApplication;

/** Any instruction in its full form. */
export type FullInstruction = Exclude<Instruction, Short> | DependentInstruction | FullAddModule | FullAddApplication;

/** What may stand before the point of no return. */
export type PreparingInstruction = LoadObjectCode | Apply;

export type ApplicationInstruction = FullAddApplication | RemoveApplication | RestartApplication;
