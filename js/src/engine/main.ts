// What `dist/esm/engine.js` and its like contain: see `base.ts`.
export * from "#engine";
