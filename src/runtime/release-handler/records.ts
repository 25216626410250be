import { Atom, type Term, Tuple, atom, list, nil, string, tuple } from "../../terms/term.js";
import { FALSE, UNDEFINED, at, elementsOf, isTagged, nameText } from "../support/term.js";

/**
 * `#state{}` and `#release{}` of release_handler.erl. The state is kept as the very term, so that what reads or replaces
 * it by `sys` works as on any node.
 */

export interface Library {
  readonly name: string;
  readonly vsn: string;
  /** From the root on, or absolute. */
  readonly dir: string;
}

export interface Release {
  readonly name: string;
  readonly vsn: string;
  /** Undefined where nothing but the version is known of it. */
  readonly erts: string | undefined;
  readonly libs: readonly Library[];
  readonly status: string;
}

/** Where the fields are in `{state, Unpurged, Root, RelDir, Releases, Timer, StartPrg, Masters, ClientDir, Static, Sync}`. */
const FIELD = { unpurged: 1, releases: 4 } as const;

export function initialState(root: string, relDir: string, releases: readonly Release[]): Tuple {
  const startProgram = tuple(atom("no_check"), string(`${root}/bin/start`));
  const others: Term[] = [UNDEFINED, startProgram, FALSE, FALSE, FALSE, nil];
  return tuple(atom("state"), nil, string(root), string(relDir), list(...releases.map(releaseTerm)), ...others);
}

/** The releases of a state; a record of another form, which only somebody else can have put there, is left out. */
export const releasesOf = (state: Tuple): Release[] =>
  (elementsOf(at(state, FIELD.releases)) ?? []).flatMap((term) => readRelease(term) ?? []);

/** `[{Module, PurgeMethod}]`: what the next `make_permanent` purges. */
export const unpurgedOf = (state: Tuple): readonly Term[] => elementsOf(at(state, FIELD.unpurged)) ?? [];

export function changed(
  state: Tuple,
  releases: readonly Release[],
  unpurged: readonly Term[] = unpurgedOf(state),
): Tuple {
  const fields = [...state.elements];
  fields[FIELD.releases] = list(...releases.map(releaseTerm));
  fields[FIELD.unpurged] = list(...unpurged);
  return tuple(...fields);
}

export const releaseTerm = ({ name, vsn, erts, libs, status }: Release): Term =>
  tuple(
    atom("release"),
    string(name),
    string(vsn),
    erts === undefined ? UNDEFINED : string(erts),
    list(...libs.map((lib) => tuple(atom(lib.name), string(lib.vsn), string(lib.dir)))),
    atom(status),
  );

/** Reads `#release{}`; undefined for anything else. */
export function readRelease(term: Term): Release | undefined {
  if (!isTagged(term, "release", 6)) return undefined;
  const [name, vsn] = [nameText(at(term, 1)), nameText(at(term, 2))];
  const erts = at(term, 3) === UNDEFINED ? undefined : nameText(at(term, 3));
  const libs = elementsOf(at(term, 4))?.map(readLibrary);
  const status = at(term, 5);
  if (name === undefined || vsn === undefined || libs === undefined || !(status instanceof Atom)) return undefined;
  return libs.every((lib) => lib !== undefined) ? { name, vsn, erts, libs, status: status.name } : undefined;
}

function readLibrary(term: Term): Library | undefined {
  if (!(term instanceof Tuple) || term.arity !== 3) return undefined;
  const [name, vsn, dir] = term.elements.map(nameText);
  return name === undefined || vsn === undefined || dir === undefined ? undefined : { name, vsn, dir };
}
