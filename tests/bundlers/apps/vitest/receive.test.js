import { WebhookVerifier, sign } from "hookseal";
import { WebhookExplainer } from "hookseal/explain";
import { expect, test } from "vitest";

import { forged, genuine } from "./deliveries.json";
import { receive } from "./receive.js";

const SECRET = "a-secret-that-was-made-up-for-tests";

test("a genuine delivery is accepted", () => {
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, genuine.body);
  expect(delivery.event().event_id).toBe("evt-1");
});

test("bytes are accepted", () => {
  const body = new TextEncoder().encode(genuine.body);
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, body);
  expect(Array.from(delivery.body)).toEqual(Array.from(body));
});

test("a Buffer is accepted", () => {
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, Buffer.from(genuine.body));
  expect(delivery.event().event_id).toBe("evt-1");
});

test("a request of the environment is accepted", async () => {
  const { headers, body } = genuine;
  const response = await receive(new Request("http://localhost/", { method: "POST", headers, body }));
  expect(await response.json()).toMatchObject({ event: "evt-1", signed: "github" });
});

test("a forged delivery is refused, and the explanation says why", () => {
  expect(() => new WebhookVerifier(SECRET).verify(forged.headers, forged.body)).toThrow(
    expect.objectContaining({ code: "signature_mismatch", status: 401 }),
  );
  const report = new WebhookExplainer(SECRET).explain(forged.headers, forged.body);
  expect(report.causes[0].cause).toBe("secret_newline_lost");
});

test("what is signed is verified", () => {
  const headers = sign("{}", SECRET, { scheme: "github" });
  expect(new WebhookVerifier(SECRET, { scheme: "github" }).verify(headers, "{}").scheme).toBe("github");
});
