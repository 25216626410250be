import type { FileReader } from "../reader.js";

/** How many files are open at a time: a release root holds thousands. */
const AT_ONCE = 32;

/** A reader that reads and lists everything once, however often it is asked for. */
export function filesOnce(reader: FileReader): FileReader {
  const limit = limiter(AT_ONCE);
  const once = <Result>(read: (path: string) => Promise<Result>): ((path: string) => Promise<Result>) => {
    const known = new Map<string, Promise<Result>>();
    return (path) => {
      let reading = known.get(path);
      if (reading === undefined) {
        reading = limit(() => read(path));
        known.set(path, reading);
      }
      return reading;
    };
  };
  return { read: once((path) => reader.read(path)), list: once((path) => reader.list(path)) };
}

/** Runs at most so many things at a time; the others wait, in their order. */
function limiter(most: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Result>(what: () => Promise<Result>): Promise<Result> => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await what();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
