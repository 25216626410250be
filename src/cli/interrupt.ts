const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Says when the user, or the system, wants an upgrade to end. Disposing of it stops listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Listens for the first interrupt. From then on the signals do again what they do without a listener, so that a second
 * interrupt ends the process at once.
 * @param onInterrupt called with the first one
 */
export function listenForInterrupt(onInterrupt: () => void): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  const interrupt = (): void => {
    stop();
    onInterrupt();
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
