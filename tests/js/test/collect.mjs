// Collects unreachable objects.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";

import { turns } from "./waiting.mjs";

setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc");

/** Waits until `references` are collected. The package learns of it only in a later turn. */
export async function collect(references) {
  for (let count = 0; count < 100 && references.some((reference) => reference.deref() !== undefined); count++) {
    await turns(1);
    gc();
  }
  for (const reference of references) assert.equal(reference.deref(), undefined, "it was not collected");
  await turns();
}
