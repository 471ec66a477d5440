// An application for bundlers that takes the package by `import`. What runs it finds its function in the global object,
// where all formats of bundles can put one.
import { WebhookVerifier } from "hookseal";

globalThis.receive = (secret, headers, body) => new WebhookVerifier(secret).verify(headers, body).event();
