/** Terms as text, as io_lib writes them. */
export type { PrintOptions } from "./print-atomic.js";
export { printTerm } from "./print-line.js";
export { printAtom } from "./print-text.js";
export { prettyTerm, type PrettyOptions } from "./pretty.js";
