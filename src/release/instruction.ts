import type { Term } from "../terms/term.js";

/**
 * Upgrade instructions as typed records, in the form they were written in: a field that is absent was not written.
 * The set of present fields names the tuple form (appup(4)), so that a record and its term map one to one.
 */

export type PurgeMethod = "soft_purge" | "brutal_purge";
export type Change = "soft" | { readonly advanced: Term };
export type ModType = "static" | "dynamic";
/** Milliseconds, or one of the two atoms. */
export type Timeout = number | "default" | "infinity";
export type StartType = "permanent" | "transient" | "temporary" | "load" | "none";

export interface MfaTerm {
  readonly module: string;
  readonly function: string;
  readonly args: readonly Term[];
}

/**
 * `{update, M}`, `{update, M, supervisor}`, `{update, M, Change}`, `{update, M, DepMods}`, `{update, M, Change, DepMods}`,
 * `{update, M, Change, Pre, Post, DepMods}`, `{update, M, Timeout, Change, Pre, Post, DepMods}`,
 * `{update, M, ModType, Timeout, Change, Pre, Post, DepMods}`.
 */
export interface Update {
  readonly instruction: "update";
  readonly module: string;
  /** `{update, M, supervisor}`; no other field goes with it. */
  readonly supervisor?: true;
  readonly modType?: ModType;
  readonly timeout?: Timeout;
  readonly change?: Change;
  readonly prePurge?: PurgeMethod;
  readonly postPurge?: PurgeMethod;
  readonly depMods?: readonly string[];
}

/** `{load_module, M}`, `{load_module, M, DepMods}`, `{load_module, M, Pre, Post, DepMods}`. */
export interface LoadModule {
  readonly instruction: "load_module";
  readonly module: string;
  readonly prePurge?: PurgeMethod;
  readonly postPurge?: PurgeMethod;
  readonly depMods?: readonly string[];
}

/** `{add_module, M}`, `{add_module, M, DepMods}`. */
export interface AddModule {
  readonly instruction: "add_module";
  readonly module: string;
  readonly depMods?: readonly string[];
}

/** `{delete_module, M}`, `{delete_module, M, DepMods}`. */
export interface DeleteModule {
  readonly instruction: "delete_module";
  readonly module: string;
  readonly depMods?: readonly string[];
}

/** `{add_application, A}`, `{add_application, A, Type}`. */
export interface AddApplication {
  readonly instruction: "add_application";
  readonly application: string;
  readonly type?: StartType;
}

export interface RemoveApplication {
  readonly instruction: "remove_application";
  readonly application: string;
}

export interface RestartApplication {
  readonly instruction: "restart_application";
  readonly application: string;
}

export type HighLevelInstruction =
  Update | LoadModule | AddModule | DeleteModule | AddApplication | RemoveApplication | RestartApplication;

/** `{load_object_code, {App, Vsn, [M]}}`. */
export interface LoadObjectCode {
  readonly instruction: "load_object_code";
  readonly application: string;
  readonly vsn: string;
  readonly modules: readonly string[];
}

export interface PointOfNoReturn {
  readonly instruction: "point_of_no_return";
}

/** `{load, {M, Pre, Post}}`. */
export interface Load {
  readonly instruction: "load";
  readonly module: string;
  readonly prePurge: PurgeMethod;
  readonly postPurge: PurgeMethod;
}

/** `{remove, {M, Pre, Post}}`. */
export interface Remove {
  readonly instruction: "remove";
  readonly module: string;
  readonly prePurge: PurgeMethod;
  readonly postPurge: PurgeMethod;
}

/** `{purge, [M]}`. */
export interface Purge {
  readonly instruction: "purge";
  readonly modules: readonly string[];
}

/** `{suspend, [M | {M, Timeout}]}`. */
export interface Suspend {
  readonly instruction: "suspend";
  readonly modules: readonly { readonly module: string; readonly timeout?: Timeout }[];
}

/** `{resume, [M]}`. */
export interface Resume {
  readonly instruction: "resume";
  readonly modules: readonly string[];
}

/** `{code_change, [{M, Extra}]}`, `{code_change, Mode, [{M, Extra}]}`. */
export interface CodeChange {
  readonly instruction: "code_change";
  readonly mode?: "up" | "down";
  readonly modules: readonly { readonly module: string; readonly extra: Term }[];
}

/** `{stop, [M]}`. */
export interface Stop {
  readonly instruction: "stop";
  readonly modules: readonly string[];
}

/** `{start, [M]}`. */
export interface Start {
  readonly instruction: "start";
  readonly modules: readonly string[];
}

/** `{sync_nodes, Id, [Node]}`, `{sync_nodes, Id, {M, F, A}}`. */
export interface SyncNodes {
  readonly instruction: "sync_nodes";
  readonly id: Term;
  readonly nodes: readonly string[] | MfaTerm;
}

/** `{apply, {M, F, A}}`. */
export interface Apply {
  readonly instruction: "apply";
  readonly mfa: MfaTerm;
}

export interface RestartNewEmulator {
  readonly instruction: "restart_new_emulator";
}

export interface RestartEmulator {
  readonly instruction: "restart_emulator";
}

export type LowLevelInstruction =
  | LoadObjectCode
  | PointOfNoReturn
  | Load
  | Remove
  | Purge
  | Suspend
  | Resume
  | CodeChange
  | Stop
  | Start
  | SyncNodes
  | Apply
  | RestartNewEmulator
  | RestartEmulator;

export type Instruction = HighLevelInstruction | LowLevelInstruction;
