/** The supervision tree of a node: for people, for machines, and as a drawing. */
export { treeDot } from "./tree/dot.js";
export { treeJson } from "./tree/json.js";
export { treeText, type TreeOptions } from "./tree/text.js";
export { moduleNamed } from "./tree/names.js";
