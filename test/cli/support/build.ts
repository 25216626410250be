/** Builds `dist` once per run, where it is missing or older than the sources. */
export { prepare as default } from "../../../scripts/prepare.js";
