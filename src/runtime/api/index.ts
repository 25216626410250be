/** What a module on the embedded node gets from `require("relupctl/runtime")`. */
export * from "./behaviours.js";
export * from "./otp.js";
export * from "./processes.js";
export * from "./terms.js";
export { Raised } from "../process/raised.js";
