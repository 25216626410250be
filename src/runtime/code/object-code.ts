import { basename } from "node:path";
import type { CodeServer } from "./code-server.js";
import { OBJECT_CODE_EXTENSION } from "./code-path.js";
import { md5Of } from "./evaluate.js";
import type { FileSystem } from "./file-system.js";
import type { ModuleVersion } from "./module-version.js";
import type { List } from "../../terms/term.js";

/** What a file of object code says of itself, without being loaded. */
export interface ObjectCodeInfo {
  readonly module: string;
  readonly vsn: List;
  readonly md5: Uint8Array;
  readonly attributes: ModuleVersion["attributes"];
  readonly exported: readonly (readonly [string, number])[];
}

/** How many files are remembered: more than any release has modules. */
const REMEMBERED = 4096;

/**
 * Reads object code: the part of `beam_lib`. JavaScript says what it is only when it is evaluated, so it is, apart from
 * the node's code; what came out is remembered by digest, without the code. A module's name stands in no JavaScript
 * file by itself: it is what the file declares, or the name it was last read under.
 */
export class ObjectCodeReader {
  readonly #code: CodeServer;
  readonly #files: FileSystem;
  readonly #names = new Map<string, string>();
  readonly #infos = new Map<string, ObjectCodeInfo>();

  constructor(code: CodeServer, files: FileSystem) {
    this.#code = code;
    this.#files = files;
  }

  /** A file as `erl_prim_loader:get_file/1` gives it, remembering which module it was. */
  readFile(path: string): Uint8Array | undefined {
    const bytes = this.#files.readFile(path);
    if (bytes !== undefined && path.endsWith(OBJECT_CODE_EXTENSION)) {
      remember(this.#names, digest(bytes), basename(path, OBJECT_CODE_EXTENSION));
    }
    return bytes;
  }

  /** What the bytes are as a module; undefined when they are none. */
  inspect(bytes: Uint8Array, name?: string): ObjectCodeInfo | undefined {
    const key = digest(bytes);
    const known = name ?? this.#names.get(key);
    const cacheKey = `${key} ${known ?? ""}`;
    const remembered = this.#infos.get(cacheKey);
    if (remembered !== undefined) return remembered;
    const version = this.#code.tryEvaluate(known, `${known ?? "nofile"}${OBJECT_CODE_EXTENSION}`, bytes);
    if (version === undefined) return undefined;
    const { vsn, md5, attributes, exported } = version;
    const info = { module: version.name.name, vsn, md5, attributes, exported };
    version.drop();
    remember(this.#infos, cacheKey, info);
    return info;
  }
}

function digest(bytes: Uint8Array): string {
  return Buffer.from(md5Of(bytes)).toString("hex");
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
