// Calls what explains. The only file of that which knows WebAssembly: another package replaces it to call native code.
import module from "#module-explain";

import { WebhookVerificationError } from "./error.js";
import type { Question } from "./question.js";

/** What the module exports: the functions of `Explanations` in `explain/src/`, each with its address in front. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  explanations_new(): number;
  explanations_room(own: number, bytes: number): number;
  explanations_explain(own: number): number;
  explanations_answer(own: number): number;
}

const decoder = new TextDecoder();

let started: { exports: Exports; own: number } | undefined;

/** Answers a question, in an instance of the module that is kept. */
export function ask(question: Question): string {
  if (started === undefined) {
    const exports = instantiate(module()) as unknown as Exports;
    started = { exports, own: exports.explanations_new() };
  }
  const { exports, own } = started;
  const view = (address: number, bytes: number) => new Uint8Array(exports.memory.buffer, address >>> 0, bytes);
  try {
    const { size } = question;
    const room = exports.explanations_room(own, size);
    if (room === 0) throw new WebhookVerificationError("body_too_large", "there is no memory for this delivery");
    question.write(view(room, size));
    const length = exports.explanations_explain(own);
    return decoder.decode(view(exports.explanations_answer(own), length));
  } catch (thrown) {
    // A call that ended in the middle, at the end of the stack or of the memory, leaves nothing to go on with but secrets.
    started = undefined;
    new Uint8Array(exports.memory.buffer).fill(0);
    throw thrown;
  }
}

/** As `start` in `engine.ts`, of which a worker that only verifies would feel it if both had it from elsewhere. */
function instantiate(module: WebAssembly.Module): WebAssembly.Exports {
  const misused = () => {
    throw new Error("misused");
  };
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => [from, { [name]: misused }]);
  return new WebAssembly.Instance(module, Object.fromEntries(imports)).exports;
}
