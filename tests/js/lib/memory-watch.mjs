// Watches the memory of the WebAssembly. Nothing is instantiated before the first verifier is created, so importing
// this first is enough.
const memories = [];

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, given) {
    const instance = Reflect.construct(target, given);
    memories.push(instance.exports.memory);
    return instance;
  },
});

/** The total memory of all instances, in bytes. */
export function wasmBytes() {
  if (memories.length === 0) throw new Error("there is no WebAssembly yet, or it is out of sight");
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** The end of the WebAssembly's stack, which precedes everything else in memory. */
const STACK_BYTES = 1 << 20;

/** Whether the memory of any instance contains these bytes, outside the stack. */
export const holds = (bytes) => memories.some(({ buffer }) => Buffer.from(buffer, STACK_BYTES).includes(bytes));

/** Verifies a delivery with these headers the given number of times. Half of the attempts are forged. */
export function verifyOften(verifier, headers, body, times) {
  const text = new TextDecoder().decode(body);
  const forged = new TextEncoder().encode(text.replace("evt-1", "evt-2"));
  let [genuine, refused] = [0, 0];
  for (let count = 0; count < times; count += 4) {
    if (verifier.verify(headers, body).event().event_id === "evt-1") genuine++;
    if (verifier.verify(new Headers(headers), text).scheme === "contio-timestamped") genuine++;
    const [signature, timestamp] = Object.values(headers);
    if (verifier.verifySignature(forged, signature, timestamp).code === "signature_mismatch") refused++;
    if (verifier.verifySignature(body, signature).code === "missing_header") refused++;
  }
  return { genuine, refused };
}
