// The types of `hookseal/queue`. Nothing here runs. TypeScript must find every expected error.
import type { Delivery, DeliveryKey, WebhookEvent, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";
import { Once } from "hookseal/once";
import {
  type HandOver,
  type HandOverNotice,
  type HandOverOptions,
  Seal,
  type SendToQueue,
  type StoredDelivery,
  handOver,
  restored,
  restoredTrusted,
  stored,
} from "hookseal/queue";

import { is } from "./is.js";

declare const verifier: WebhookVerifier;
declare const delivery: Delivery;
declare const jobs: { add(name: string, data: string, options: { jobId: string }): Promise<{ id?: string }> };

const seal = new Seal(["new", new Uint8Array(32)]);
const options: HandOverOptions = {
  scope: "contio",
  timeout: 2,
  onNotice: ({ name, key, error }: HandOverNotice) => console.warn(name === "no_key", key.length, error?.message),
};
const send: SendToQueue = (given, jobId) => jobs.add("delivery", stored(given, { seal }), { jobId });
const queue = handOver(send, options);
is<typeof queue, HandOver>(true);
is<ReturnType<typeof queue.put>, Promise<void>>(true);
is<ReturnType<typeof queue.respond>, Promise<Response>>(true);
void queue.put(delivery);

const handler = queue.express();
declare const req: Parameters<typeof handler>[0] & Parameters<ReturnType<typeof webhook>>[0];
declare const res: Parameters<ReturnType<typeof webhook>>[1];
webhook(verifier)(req, res, () => handler(req, res, () => {}));

const after = restored(stored(delivery, { seal }), { seal });
is<typeof after, StoredDelivery>(true);
is<"secretIndex" extends keyof typeof after ? true : false, false>(true);
is<ReturnType<typeof after.event>, WebhookEvent>(true);
is<typeof after.key, DeliveryKey | null>(true);
is<typeof after.receivedAt, Date>(true);
is<ReturnType<typeof restoredTrusted>, StoredDelivery>(true);
const asDelivery: Delivery = after;
void new Once().run(asDelivery, () => console.log(after.event().event_type));

// @ts-expect-error a scope is needed
handOver(send, { timeout: 2 });
// @ts-expect-error the promise of the queue must be returned
handOver((given) => void jobs.add("delivery", stored(given), { jobId: "1" }), options);
// @ts-expect-error what is read without a seal is said by another function
restored("text");
// @ts-expect-error a key is no seal
stored(delivery, { seal: "key" });
