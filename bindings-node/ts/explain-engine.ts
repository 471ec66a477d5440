// Calls the explainer in native code; the file of the same name in `bindings-wasm/ts` calls it in WebAssembly.
import loaded from "../addon.cjs";
import type { ExplainRequest } from "./question.js";

if (loaded.failure !== undefined) throw loaded.failure;
const { addon } = loaded;

/** Answers a request. The bytes contain secrets, and are wiped. */
export function ask(request: ExplainRequest): string {
  const bytes = new Uint8Array(request.size);
  request.write(bytes);
  try {
    return addon.explain(bytes);
  } finally {
    bytes.fill(0);
  }
}
