import type { Pid, Term } from "../terms/term.js";

/** Module, function, arguments: all that can be asked of a node. */
export interface Mfa {
  readonly module: string;
  readonly function: string;
  readonly args: readonly Term[];
}

/** What became of a call. Never an exception: the caller must look. */
export type Outcome =
  | { readonly kind: "returned"; readonly value: Term }
  | { readonly kind: "raised"; readonly class: "error" | "exit" | "throw"; readonly reason: Term }
  /** It did not reach the node: safe to retry. */
  | { readonly kind: "not_sent"; readonly cause: string }
  /** It may have run: read back before deciding. */
  | { readonly kind: "unknown"; readonly cause: "timeout" | "connection_lost" };

/** Why a target went away. */
export interface DownReason {
  readonly kind: "closed" | "connection_lost" | "node_down";
  readonly detail: string;
}

/**
 * The waist: the one interface between the engine and a node. One verb; what needs a fan-out uses OTP's own list
 * functions on the node, so that the engine is written once and against OTP's own API.
 */
export interface Target extends AsyncDisposable {
  /** A changed `creation` means that the node restarted. */
  readonly identity: {
    readonly node: string;
    readonly creation: number;
    readonly otpRelease: string;
    /** Our own process as the node sees it, which ends with the connection; undefined where the node ends with us. */
    readonly client?: Pid;
  };
  /** Calls the function on the node. Safe to run many at once. Never rejects. */
  call(mfa: Mfa, options: { readonly timeoutMs: number }): Promise<Outcome>;
  /** Resolves once, when the node or the connection to it is gone. Never rejects. */
  readonly down: Promise<DownReason>;
}
