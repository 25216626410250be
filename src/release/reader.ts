/** What reads files: on this machine ({@link localFiles}) or on a node. Paths are separated by `/`. */
export interface FileReader {
  /** The content of a file; undefined where there is none. Rejects where there is one that can't be read. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The names in a directory, in any order; undefined where there is none. Rejects where it can't be listed. */
  list(directory: string): Promise<string[] | undefined>;
}
