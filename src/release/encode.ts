/** The terms of the records. */
export { encodeInstruction } from "./erlang/encode-instruction.js";
export { encodeApp } from "./erlang/encode-app.js";
export { encodeAppup } from "./kinds/appup.js";
export { encodeRel } from "./kinds/rel.js";
export { encodeRelup } from "./kinds/relup.js";
export { encodeScript } from "./script.js";
