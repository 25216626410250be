/** True for the error of V8 where calls are nested too deeply, or take too many arguments. */
export const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes("call stack");
