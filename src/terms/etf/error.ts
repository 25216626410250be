/** Thrown for bytes that are not a term, and for a term that has no external form. */
export class EtfError extends Error {
  /** Where in the bytes, counted from 0. For an encoding error: how many bytes had been written. */
  readonly offset: number;
  /** What should have been there. */
  readonly expected: string;
  readonly found: string;
  constructor(offset: number, expected: string, found: string) {
    super(`byte ${offset}: expected ${expected}, found ${found}`);
    this.name = "EtfError";
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }
}
