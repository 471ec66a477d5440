// `#engine` of the package `@hookseal/node`.
export { NoHmac as HostHmac } from "./native-macs.js";
export { native as full, native as verifyOnly } from "./native.js";
