import type { Bytes, Layoutable, Pair, Pairs, Sequence } from "./pretty-parts.js";

/** Thrown by a trial layout when a tagged tuple would begin its elements too far to the right. */
export class TooFarRight extends Error {}

interface Printed {
  readonly text: string;
  /** How much of its line it takes; the whole width when nothing may follow on the line. */
  readonly columns: number;
}

/**
 * The line breaking of io_lib_pretty (its functions pp_*, and cind_* for a trial). The names of the arguments:
 * `column` is where something begins, counted from 1; `indent` the spaces that a further line begins with; `closing` how
 * many closing brackets follow on the same line; `used` how much of the line is used since its indentation.
 */
export class Layout {
  readonly #width: number;
  /** No line gets longer than the whole term. */
  readonly #max: number;
  readonly #tagIndent: number;
  #trial: boolean;

  constructor(width: number, max: number, tagIndent: number | "behind the tag", trial: boolean) {
    this.#width = width;
    this.#max = max;
    this.#tagIndent = tagIndent === "behind the tag" ? -1 : tagIndent;
    this.#trial = trial;
  }

  /** @throws TooFarRight in a trial */
  print(parts: Layoutable, column: number): string {
    return this.#pp(parts, column, " ".repeat(column - 1), 0, 0);
  }

  #pp(parts: Layoutable, column: number, indent: string, closing: number, used: number): string {
    if (this.#fits(parts.length, column, closing, used)) return write(parts);
    switch (parts.kind) {
      case "leaf":
        return parts.text;
      case "list":
        return `[${this.#list(parts, 0, column + 1, `${indent} `, closing, used + 1)}]`;
      case "tuple":
        if (parts.isTagged) return `{${this.#taggedTuple(parts, column, indent, closing, used + 1)}}`;
        return `{${this.#list(parts, 0, column + 1, `${indent} `, closing, used + 1)}}`;
      case "map":
        return `#{${this.#map(parts, column + 2, `${indent}  `, closing, used + 1)}}`;
      case "bytes":
        return `<<${this.#bytes(parts, column + 2, `${indent}  `, closing, used)}>>`;
    }
  }

  #fits(length: number, column: number, closing: number, used: number): boolean {
    return length < this.#width - column - closing && length + used + closing <= this.#max;
  }

  #taggedTuple(parts: Sequence, column: number, indent: string, closing: number, used: number): string {
    const tag = write(parts.elements[0]!);
    const tagLength = parts.elements[0]!.length;
    const behindTag = tagLength + 2;
    if (this.#tagIndent > 0 && behindTag > this.#tagIndent) {
      const column0 = column + this.#tagIndent;
      this.#checkColumn(column0, 0);
      const deeper = indent + " ".repeat(this.#tagIndent);
      return tag + this.#tail(parts, 1, column0, column + behindTag, deeper, closing, used + tagLength);
    }
    this.#checkColumn(column + behindTag, 1);
    const deeper = indent + " ".repeat(behindTag);
    return `${tag},${this.#list(parts, 1, column + behindTag, deeper, closing, used + tagLength + 1)}`;
  }

  /** Elements may begin left of the middle, or where the whole term has room. */
  #checkColumn(column: number, spare: number): void {
    const half = Math.floor(this.#width / 2);
    if (this.#trial && this.#max + column + spare > this.#width && column + spare > half) throw new TooFarRight();
  }

  /** The elements from index `from` on, the first of them without a separator. */
  #list(parts: Sequence, from: number, column: number, indent: string, closing: number, used: number): string {
    const first = this.#element(parts.elements[from]!, column, indent, closingAfter(parts, from, closing), used);
    const next = column + first.columns;
    return first.text + this.#tail(parts, from + 1, column, next, indent, closing, used + first.columns);
  }

  /** The elements from index `from` on, each after a comma. `column0`: where lines begin; `column`: where this one is. */
  #tail(
    parts: Sequence,
    from: number,
    column0: number,
    column: number,
    indent: string,
    closing: number,
    used: number,
  ): string {
    let text = "";
    for (let index = from; index < parts.elements.length; index++) {
      const element = parts.elements[index]!;
      const after = closingAfter(parts, index, closing);
      if (element.kind === "leaf" && this.#fits(element.length + 1, column, after || 1, used)) {
        text += `,${element.text}`;
        column += element.length + 1;
        used += element.length + 1;
      } else {
        const printed = this.#element(element, column0, indent, after, 0);
        text += `,\n${indent}${printed.text}`;
        column = column0 + printed.columns;
        used = printed.columns;
      }
    }
    return parts.tail === undefined ? text : text + this.#improper(parts.tail, column0, column, indent, closing, used);
  }

  #improper(tail: Layoutable, column0: number, column: number, indent: string, closing: number, used: number): string {
    if (tail.kind === "leaf" && this.#fits(tail.length + 1, column, closing + 1, used)) return `|${tail.text}`;
    if (this.#trial) {
      // The trial goes on where the line is, though the tail gets a line of its own.
      this.#pp(tail, column, indent, closing + 1, 0);
      this.#trial = false;
      const text = this.#pp(tail, column0, indent, closing + 1, 0);
      this.#trial = true;
      return `|\n${indent}${text}`;
    }
    return `|\n${indent}${this.#pp(tail, column0, indent, closing + 1, 0)}`;
  }

  #element(parts: Layoutable, column: number, indent: string, closing: number, used: number): Printed {
    if (parts.kind === "leaf" && this.#fits(parts.length, column, closing, used)) {
      return { text: parts.text, columns: parts.length };
    }
    return { text: this.#pp(parts, column, indent, closing, used), columns: this.#width };
  }

  #map({ pairs }: Pairs, column0: number, indent: string, closing: number, used: number): string {
    const first = this.#pair(pairs[0]!, column0, indent, pairs.length > 1 ? 0 : closing + 1, used);
    let text = first.text;
    let column = column0 + first.columns;
    used = first.columns;
    for (let index = 1; index < pairs.length; index++) {
      const pair = pairs[index]!;
      const after = index < pairs.length - 1 ? 0 : closing + 1;
      if (isAtomicPair(pair) && this.#fits(pair.length + 1, column, after || 1, used)) {
        text += `,${writePair(pair)}`;
        column += pair.length + 1;
        used += pair.length + 1;
      } else {
        const printed = this.#pair(pair, column0, indent, after, 0);
        text += `,\n${indent}${printed.text}`;
        column = column0 + printed.columns;
        used = printed.columns;
      }
    }
    return text;
  }

  #pair(pair: Pair, column: number, indent: string, closing: number, used: number): Printed {
    if (this.#fits(pair.length, column, closing, used)) {
      return { text: writePair(pair), columns: isAtomicPair(pair) ? pair.length : this.#width };
    }
    const step = this.#tagIndent > 0 ? this.#tagIndent : 4;
    const deeper = indent + " ".repeat(step);
    const key = this.#pp(pair.key, column, indent, closing, used);
    const value = this.#pp(pair.value, column + step, deeper, closing, 0);
    return { text: `${key} =>\n${deeper}${value}`, columns: this.#width };
  }

  #bytes({ parts }: Bytes, column: number, indent: string, closing: number, used: number): string {
    const room = Math.max(8, Math.min(this.#width - column, this.#max - 4 - used) - closing);
    let left = room;
    let text = "";
    parts.forEach((part, index) => {
      const isLast = index === parts.length - 1;
      const length = part.length + (isLast ? 0 : 1);
      if (length > left) {
        text += `\n${indent}`;
        left = room;
      }
      text += isLast ? part : `${part},`;
      left -= length;
    });
    return text;
  }
}

/** last_depth: closing brackets can only follow the last element. */
function closingAfter(parts: Sequence, index: number, closing: number): number {
  return index < parts.elements.length - 1 ? 0 : closing + 1;
}

const isAtomicPair = ({ key, value }: Pair): boolean => key.kind === "leaf" && value.kind === "leaf";

const writePair = ({ key, value }: Pair): string => `${write(key)} => ${write(value)}`;

/** On one line. */
function write(parts: Layoutable): string {
  switch (parts.kind) {
    case "leaf":
      return parts.text;
    case "bytes":
      return `<<${parts.parts.join(",")}>>`;
    case "map":
      return `#{${parts.pairs.map(writePair).join(",")}}`;
    case "tuple":
      return `{${parts.elements.map(write).join(",")}}`;
    case "list":
      return `[${parts.elements.map(write).join(",")}${parts.tail === undefined ? "" : `|${write(parts.tail)}`}]`;
  }
}
