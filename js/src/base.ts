// What `dist/esm/base.js` and its like contain: the part of `main.ts` that needs no engine. It is a file of its own for
// the package's size: packing finds repetitions within 32 KB.
export * from "./generated/codes.js";
export * from "./error.js";
export * from "./input/headers.js";
export * from "./in-workerd.js";
export * from "./utf8.js";
export * from "./engine/exchange.js";
export * from "./engine/node-crypto.js";
export * from "./definitions.js";
export * from "./input/body.js";
export * from "./input/chunks.js";
export * from "./options.js";
export * from "./input/request.js";
