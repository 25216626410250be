/** Thrown for bytes that are not a whole BEAM file. */
export class BeamError extends Error {
  /** The name of the chunk that is wrong; undefined when the file as a whole is. */
  readonly chunk: string | undefined;
  /** Where in the file, after decompression, counted from 0. */
  readonly offset: number;
  /** What should have been there. */
  readonly expected: string;
  constructor(chunk: string | undefined, offset: number, expected: string, found: string) {
    super(
      `${chunk === undefined ? "" : `chunk ${JSON.stringify(chunk)}, `}byte ${offset}: expected ${expected}, found ${found}`,
    );
    this.name = "BeamError";
    this.chunk = chunk;
    this.offset = offset;
    this.expected = expected;
  }
}
