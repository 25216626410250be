/**
 * A promise that never settles: where the JavaScript of a dead process is left behind. A new one each time, so that
 * what waits for it can be collected.
 */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}
