export { verifyOnly as full } from "./lean.js";
