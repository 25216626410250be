/** YAML as text: a small tree of what is to be written, laid out for people. */
export type Part =
  | { readonly kind: "scalar"; readonly text: string }
  /** Lines under a header, such as `!erl |-`. */
  | { readonly kind: "block"; readonly header: string; readonly lines: readonly string[] }
  /** A mapping; `inline` where it may be written between braces when it is short. */
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Part])[]; readonly inline: boolean }
  | { readonly kind: "seq"; readonly items: readonly Part[] };

/** A line that is longer than this is broken, where it can be. */
const width = 100;

export const scalar = (text: string): Part => ({ kind: "scalar", text });
export const seq = (items: readonly Part[]): Part => ({ kind: "seq", items });

/** A mapping of the fields that are given. */
export function map(entries: readonly (readonly [string, Part | undefined])[], inline = false): Part {
  const given = entries.filter((entry): entry is readonly [string, Part] => entry[1] !== undefined);
  return { kind: "map", entries: given, inline };
}

/** The text of a document, with its final line break. */
export const layOut = (part: Part): string => `${lines(part, 0).join("\n")}\n`;

/** On one line; undefined where it can't be, or where `room` is too little. */
function flow(part: Part, room: number): string | undefined {
  if (room < 0) return undefined;
  switch (part.kind) {
    case "scalar":
      return part.text.length <= room ? part.text : undefined;
    case "block":
      return undefined;
    case "map": {
      if (!part.inline && part.entries.length > 0) return undefined;
      return enclose(
        "{ ",
        part.entries.map(([key, value]) => [`${key}: `, value] as const),
        " }",
        room,
        "{}",
      );
    }
    case "seq":
      return enclose(
        "[",
        part.items.map((item) => ["", item] as const),
        "]",
        room,
        "[]",
      );
  }
}

function enclose(
  open: string,
  parts: readonly (readonly [string, Part])[],
  close: string,
  room: number,
  empty: string,
): string | undefined {
  if (parts.length === 0) return empty;
  let text = open;
  for (const [index, [prefix, part]] of parts.entries()) {
    text += (index === 0 ? "" : ", ") + prefix;
    const inner = flow(part, room - text.length - close.length);
    if (inner === undefined) return undefined;
    text += inner;
  }
  return text + close;
}

/** Over several lines, the first of which stands `column` characters from the left. */
function lines(part: Part, column: number): readonly string[] {
  const short = flow(part, width - column);
  if (short !== undefined) return [short];
  switch (part.kind) {
    case "scalar":
      return [part.text];
    case "block":
      return [part.header, ...part.lines.map((line) => (line === "" ? "" : `  ${line}`))];
    case "map":
      return part.entries.flatMap(([key, value]) => entryLines(key, value, column));
    case "seq":
      return part.items.flatMap((item) => {
        const [first, ...rest] = lines(item, column + 2);
        return [`- ${first!}`, ...rest.map(indented)];
      });
  }
}

const indented = (line: string): string => (line === "" ? "" : `  ${line}`);

function entryLines(key: string, value: Part, column: number): readonly string[] {
  const short = flow(value, width - column - key.length - 2);
  if (short !== undefined) return [`${key}: ${short}`];
  if (value.kind === "scalar") return [`${key}: ${value.text}`];
  const [first, ...rest] = lines(value, column + 2);
  if (value.kind === "block") return [`${key}: ${first!}`, ...rest];
  return [`${key}:`, indented(first!), ...rest.map(indented)];
}
