import { Bitstring, type Term, atom, binary, map, tuple } from "../../terms/term.js";
import { mapValue } from "../../terms/access.js";
import type { FileWriter, PosixReason } from "../code/file-writer.js";
import type { BifModule, Context } from "../context.js";
import { badarg } from "../process/raised.js";
import { OK, elementsOf, error, isNamed, isTagged, nameText, at, ok } from "../support/term.js";

const text = (term: Term): string => nameText(term) ?? badarg();
const bytes = (term: Term): Uint8Array => (term instanceof Bitstring && term.isBinary ? term.bytes : badarg());
const count = (term: Term): number => (typeof term === "number" && term >= 0 ? term : badarg());
const answer = (reason: PosixReason | undefined): Term => (reason === undefined ? OK : error(atom(reason)));

/** Does something with the writer of the node's files; those of a node without one can't be written. */
function writing({ node }: Context, act: (writer: FileWriter) => Term): Term {
  return node.files.writer === undefined ? error(atom("erofs")) : act(node.files.writer);
}

const HANDLE = atom("handle");

/** `{file_descriptor, prim_file, Map}`: what `file:open/2` gives for a raw file. */
const descriptor = (handle: number): Term => tuple(atom("file_descriptor"), atom("prim_file"), map([[HANDLE, handle]]));

function handleOf(term: Term): number {
  const handle = isTagged(term, "file_descriptor", 3) ? mapValue(at(term, 2), HANDLE) : undefined;
  return typeof handle === "number" ? handle : badarg();
}

/** An open file is closed with the process that opened it, as in OTP. */
function open(context: Context, writer: FileWriter, path: string, modes: readonly Term[]): Term {
  const opened = writer.open(path, modes.some((mode) => isNamed(mode, "write")) ? "write" : "read");
  if (typeof opened === "string") return error(atom(opened));
  const { handle } = opened;
  context.node.openFiles.add(handle);
  context.self.exitCallbacks.push(() => {
    close(context, writer, handle);
  });
  return ok(descriptor(handle));
}

function close({ node }: Context, writer: FileWriter, handle: number): Term {
  if (!node.openFiles.delete(handle)) return error(atom("einval"));
  writer.close(handle);
  return OK;
}

/** A closed file's number may be another one's by now. */
const opened = ({ node }: Context, handle: number, act: () => Term): Term =>
  node.openFiles.has(handle) ? act() : error(atom("einval"));

/** Module `file`, as far as writing goes, and raw files. */
export const fileWrites: BifModule = {
  "open/2": (context, path, modes) =>
    writing(context, (writer) => open(context, writer, text(path), elementsOf(modes) ?? badarg())),
  "close/1": (context, file) => writing(context, (writer) => close(context, writer, handleOf(file))),
  "pread/3": (context, file, offset, size) =>
    writing(context, (writer) =>
      opened(context, handleOf(file), () => {
        const read = writer.read(handleOf(file), count(offset), count(size));
        if (typeof read === "string") return error(atom(read));
        return read.length === 0 && size !== 0 ? atom("eof") : ok(binary(read));
      }),
    ),
  "pwrite/3": (context, file, offset, data) =>
    writing(context, (writer) =>
      opened(context, handleOf(file), () => answer(writer.write(handleOf(file), count(offset), bytes(data)))),
    ),
  "write_file/2": (context, path, data) =>
    writing(context, (writer) => answer(writer.writeFile(text(path), bytes(data)))),
  "rename/2": (context, from, to) => writing(context, (writer) => answer(writer.rename(text(from), text(to)))),
  "delete/1": (context, path) => writing(context, (writer) => answer(writer.delete(text(path)))),
  "del_dir_r/1": (context, path) => writing(context, (writer) => answer(writer.deleteTree(text(path)))),
};
