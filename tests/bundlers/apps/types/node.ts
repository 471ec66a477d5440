// Node's own types. Nothing here runs.
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";

import { WebhookVerifier } from "hookseal";

declare const incoming: IncomingMessage;
declare const raw: Buffer;

const delivery = new WebhookVerifier(raw).verify(incoming.headers, raw);
createHmac("sha256", "key").update(delivery.body);
await writeFile("body", delivery.body);
export const text: string = Buffer.from(delivery.body).toString();
export {};
