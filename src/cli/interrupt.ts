const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Says when the user, or the system, wants an upgrade to end. Disposing of it stops listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Listens for interrupts. The first one is told; a second one ends the process at once, by the signal that it is.
 * @param onInterrupt called with the first one
 * @param onSecond called with the second one, just before the end
 */
export function listenForInterrupt(onInterrupt: () => void, onSecond: () => void = () => undefined): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      stop();
      onSecond();
      // Without a listener it does what it does by itself.
      process.kill(process.pid, signal);
      return;
    }
    onInterrupt();
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}
