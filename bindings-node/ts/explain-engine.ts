// Calls what explains, which is native code here: the file of this name in `bindings-wasm/ts` calls it as WebAssembly.
import loaded from "../addon.cjs";
import type { Question } from "./question.js";

if (loaded.failure !== undefined) throw loaded.failure;
const { addon } = loaded;

/** Answers a question. */
export function ask(question: Question): string {
  const bytes = new Uint8Array(question.size);
  question.write(bytes);
  try {
    return addon.explain(bytes);
  } finally {
    // The secrets are in it.
    bytes.fill(0);
  }
}
