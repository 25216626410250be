import { atomName, listElements, stringText, taggedTuple, tupleElements } from "../terms/access.js";
import { atom, list, string, tuple, type Term } from "../terms/term.js";

/**
 * The state of the process `release_handler` (sasl, release_handler.erl): `#state{}` and its `#release{}` records, which
 * are the same in OTP 21, 25 and 27. Nothing is read from a state of another form, and so nothing is
 * written to one.
 */

/** release_handler's words for what a release is; `unpacking` only while a package is unpacked. */
const STATUSES = ["unpacking", "unpacked", "current", "permanent", "old", "tmp_current"] as const;
export type HandlerStatus = (typeof STATUSES)[number];

export interface HandlerLibrary {
  readonly name: string;
  readonly vsn: string;
  /** As release_handler has it: absolute, or from `code:root_dir/0` on. */
  readonly dir: string;
}

/** `#release{name, vsn, erts_vsn, libs, status}` */
export interface HandlerRelease {
  readonly name: string;
  readonly vsn: string;
  /** Undefined where there was no RELEASES file when the node started. */
  readonly erts: string | undefined;
  readonly libs: readonly HandlerLibrary[];
  readonly status: HandlerStatus;
}

export interface HandlerState {
  /** The whole state, as the process has it. */
  readonly term: Term;
  readonly root: string;
  readonly relDir: string;
  readonly releases: readonly HandlerRelease[];
  /** Modules with old code that the next `make_permanent` purges, with the method of each. */
  readonly unpurged: Term;
  /** True where the node's releases are kept by other nodes (sasl's `masters`). */
  readonly isClient: boolean;
}

/** Where the fields are in `{state, Unpurged, Root, RelDir, Releases, Timer, StartPrg, Masters, ClientDir, Static, Sync}`. */
const FIELD = { unpurged: 1, root: 2, relDir: 3, releases: 4, masters: 7, clientDir: 8 } as const;
const FIELDS = 11;

/** Reads a state; undefined for one of another form. */
export function readHandlerState(term: Term): HandlerState | undefined {
  const fields = taggedTuple(term, "state", FIELDS);
  const root = stringText(fields?.[FIELD.root]);
  const relDir = stringText(fields?.[FIELD.relDir]);
  const releases = listElements(fields?.[FIELD.releases])?.map(readRelease);
  const unpurged = fields?.[FIELD.unpurged];
  if (root === undefined || relDir === undefined || listElements(unpurged) === undefined) return undefined;
  if (releases === undefined || !releases.every((release) => release !== undefined)) return undefined;
  const isOwn = atomName(fields?.[FIELD.masters]) === "false" && atomName(fields?.[FIELD.clientDir]) === "false";
  return { term, root, relDir, releases, unpurged: unpurged!, isClient: !isOwn };
}

function readRelease(term: Term): HandlerRelease | undefined {
  const [, nameTerm, vsnTerm, ertsTerm, libsTerm, statusTerm] = taggedTuple(term, "release", 6) ?? [];
  const name = stringText(nameTerm);
  const vsn = stringText(vsnTerm);
  const erts = atomName(ertsTerm) === "undefined" ? undefined : stringText(ertsTerm);
  const libs = listElements(libsTerm)?.map(readLibrary);
  const status = STATUSES.find((each) => each === atomName(statusTerm));
  if (name === undefined || vsn === undefined || status === undefined || libs === undefined) return undefined;
  if (erts === undefined && atomName(ertsTerm) !== "undefined") return undefined;
  return libs.every((lib) => lib !== undefined) ? { name, vsn, erts, libs, status } : undefined;
}

function readLibrary(term: Term): HandlerLibrary | undefined {
  const [nameTerm, vsnTerm, dirTerm] = tupleElements(term, 3) ?? [];
  const name = atomName(nameTerm);
  const vsn = stringText(vsnTerm);
  const dir = stringText(dirTerm);
  return name === undefined || vsn === undefined || dir === undefined ? undefined : { name, vsn, dir };
}

/** The state with other releases, and with other modules to purge where they are given. Every other field stays. */
export function changedState(
  state: HandlerState,
  releases: readonly HandlerRelease[],
  unpurged: Term = state.unpurged,
): Term {
  const fields = [...tupleElements(state.term)!];
  fields[FIELD.releases] = releasesTerm(releases);
  fields[FIELD.unpurged] = unpurged;
  return tuple(...fields);
}

/** Releases as RELEASES holds them. */
export const releasesTerm = (releases: readonly HandlerRelease[]): Term => list(...releases.map(releaseTerm));

const releaseTerm = ({ name, vsn, erts, libs, status }: HandlerRelease): Term =>
  tuple(
    atom("release"),
    string(name),
    string(vsn),
    erts === undefined ? atom("undefined") : string(erts),
    list(...libs.map((lib) => tuple(atom(lib.name), string(lib.vsn), string(lib.dir)))),
    atom(status),
  );

/**
 * The releases after one of them was installed (`release_handler:set_status/3` with `current`): the permanent one stays
 * permanent also where it is installed again, and what was current becomes old.
 */
export function withCurrent(releases: readonly HandlerRelease[], vsn: string): HandlerRelease[] {
  return releases.map((release) => {
    if (release.vsn === vsn) return release.status === "permanent" ? release : { ...release, status: "current" };
    return release.status === "current" ? { ...release, status: "old" } : release;
  });
}
