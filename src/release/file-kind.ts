import type { Form } from "./draft/draft.js";
import type { KindName } from "./kinds/kind.js";

/** What a file's name says: the kind of manifest and its form. */
export interface FileKind {
  readonly kind: KindName;
  readonly form: Form;
}

/** The kind and form of a file, by its name: `x.rel`, `x.app.yaml`, `relup`, ... Undefined where it is none of ours. */
export function fileKind(file: string): FileKind | undefined {
  const match = /(?:^|[/\\])(?:[^/\\]*\.(rel|app|appup)|(relup))(\.ya?ml)?$/i.exec(file);
  const kind = (match?.[1] ?? match?.[2])?.toLowerCase() as KindName | undefined;
  return kind === undefined ? undefined : { kind, form: match![3] === undefined ? "erlang" : "yaml" };
}

/** The form of a file, by the ending of its name. */
export const fileForm = (file: string): Form => (/\.ya?ml$/i.test(file) ? "yaml" : "erlang");
