export { lean as full } from "./lean.js";
