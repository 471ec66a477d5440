// What `dist/esm/stores.js` and its like contain: what `once` and the inbox share.
// Its parts take nothing out of `essentials` when they are loaded: bundlers could not leave that out.
export * from "./answers.js";
export * from "./bounded.js";
export * from "./error.js";
export * from "./postgres.js";
export * from "./sqlite-objects.js";
export * from "./sqlite.js";
export * from "./stored-delivery.js";
