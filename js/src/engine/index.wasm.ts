// `#engine` of the package `hookseal`.
export { full } from "./wasm-full.js";
export { verifyOnly } from "./wasm.js";
export { WebCryptoHmac as HostHmac } from "./webcrypto.js";
