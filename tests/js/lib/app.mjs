// An application for bundlers that loads the package by `import`. It puts its function into the global object, where
// every bundle format can reach it.
import { WebhookVerifier } from "hookseal";

globalThis.receive = (secret, headers, body) => new WebhookVerifier(secret).verify(headers, body).event();
