import { isLower, isName, isReservedAnywhere, isUnicode } from "./characters.js";

const namedControls = new Map([
  [10, "n"],
  [13, "r"],
  [9, "t"],
  [11, "v"],
  [8, "b"],
  [12, "f"],
  [27, "e"],
  [127, "d"],
]);

/** io_lib:printable_unicode_list/1 (`+pc unicode`), of one character: no control, and a character of Unicode. */
export function isPrintable(code: number): boolean {
  if (code < 0xa0) return (code >= 0x20 && code <= 0x7e) || (code !== 127 && namedControls.has(code));
  return isUnicode(code);
}

/** io_lib:printable_latin1_list/1, of one byte. */
export const isPrintableLatin1 = (byte: number): boolean => byte <= 0xff && isPrintable(byte);

/** io_lib:write_string/2: the text between quotes, with the escapes it needs there. */
export function quote(text: string, mark: '"' | "'"): string {
  if (!/[\x00-\x1f"'\\\x7f-\x9f]/.test(text)) return mark + text + mark;
  const escaped = text.replace(/[\x00-\x1f"'\\\x7f-\x9f]/g, (character) => {
    if (character === "\\" || character === mark) return `\\${character}`;
    if (character === '"' || character === "'") return character;
    const code = character.charCodeAt(0);
    return `\\${namedControls.get(code) ?? code.toString(8).padStart(3, "0")}`;
  });
  return mark + escaped + mark;
}

/** An atom as io_lib:write_atom/1 of OTP 27: in quotes unless every OTP reads it as one without. */
export function printAtom(name: string): string {
  if (isReservedAnywhere(name) || name === "" || !isLower(name.charCodeAt(0))) return quote(name, "'");
  for (let at = 1; at < name.length; at++) {
    if (!isName(name.charCodeAt(at))) return quote(name, "'");
  }
  return name;
}

/**
 * An atom in a fun: there the emulator prints it, which quotes more than io_lib. Unlike the emulator this keeps letters
 * beyond ASCII whole, and puts reserved words in quotes, so that the fun can be read back.
 */
export function printFunAtom(name: string): string {
  return /^[a-z][a-zA-Z0-9_]*$/.test(name) && !isReservedAnywhere(name) ? name : quote(name, "'");
}
