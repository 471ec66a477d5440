// Calls the explainer in native code.
import { internals } from "../main.js";
import type { ExplainRequest } from "./explain-request.js";
import { loadAddon } from "./load-addon.js";

/** Answers a request. The bytes contain secrets, and are wiped. */
export function ask(request: ExplainRequest): string {
  const addon = loadAddon(internals.invalidArgument);
  const bytes = new Uint8Array(request.size);
  request.write(bytes);
  try {
    return addon.explain(bytes);
  } finally {
    bytes.fill(0);
  }
}
