/**
 * Whether this is workerd, the runtime of Cloudflare's workers. Calls into the host take longer there than elsewhere,
 * WebCrypto answers immediately, and WebAssembly is compiled only while a worker starts.
 */
export const IN_WORKERD = "WebSocketPair" in globalThis;
