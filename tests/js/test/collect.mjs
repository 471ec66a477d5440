// Collects what nobody holds.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";

import { turns } from "./waiting.mjs";

setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc");

/** Waits until `references` are collected. It is in a later turn that the package is told of that. */
export async function collect(references) {
  for (let count = 0; count < 100 && references.some((reference) => reference.deref() !== undefined); count++) {
    await turns(1);
    gc();
  }
  for (const reference of references) assert.equal(reference.deref(), undefined, "it was not collected");
  await turns();
}
