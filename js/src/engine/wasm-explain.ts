// Calls the explainer as WebAssembly.
import { explainInstance } from "#wasm/explain";

import { WebhookVerificationError, internals } from "../main.js";
import type { ExplainRequest } from "./explain-request.js";

/** The module's exports: the methods of `Explanations` in `explain/src/`, each with its address as first argument. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  explanations_new(): number;
  explanations_buffer(self: number, bytes: number): number;
  explanations_explain(self: number): number;
  explanations_answer(self: number): number;
}

const { decoder, invalidArgument } = internals;

let started: { exports: Exports; explanations: number } | undefined;

/** Answers a request. The instance of the module is kept for the next one. */
export function ask(request: ExplainRequest): string {
  if (started === undefined) {
    const exports = explainInstance(invalidArgument).exports as unknown as Exports;
    started = { exports, explanations: exports.explanations_new() };
  }
  const { exports, explanations } = started;
  const view = (address: number, bytes: number) => new Uint8Array(exports.memory.buffer, address >>> 0, bytes);
  try {
    const { size } = request;
    const buffer = exports.explanations_buffer(explanations, size);
    if (buffer === 0) throw new WebhookVerificationError("body_too_large", `there is no memory for ${size} bytes`);
    request.write(view(buffer, size));
    const length = exports.explanations_explain(explanations);
    return decoder().decode(view(exports.explanations_answer(explanations), length));
  } catch (thrown) {
    // A call that was cut off, by the end of the stack or of memory, leaves an unusable instance that contains secrets.
    started = undefined;
    new Uint8Array(exports.memory.buffer).fill(0);
    throw thrown;
  }
}
