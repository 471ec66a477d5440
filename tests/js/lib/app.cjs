// The same application, using `require`.
const { WebhookVerifier } = require("hookseal");

globalThis.receive = (secret, headers, body) => new WebhookVerifier(secret).verify(headers, body).event();
