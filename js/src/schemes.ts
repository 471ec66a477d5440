/**
 * The schemes of senders beyond the built-in ones: `import { zoom } from "hookseal/schemes"`. Each is passed as the
 * option `scheme`. They need the core that custom schemes need.
 *
 * @module
 */
export * from "./generated/schemes.js";
