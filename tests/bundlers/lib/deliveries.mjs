// A genuine and a forged delivery, signed by Node's own HMAC, and what an application must respond to each.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** The secret in `apps/shared/secret.js`. */
export const SECRET = "a-secret-that-was-made-up-for-tests";

export function deliveries() {
  const now = new Date();
  const timestamp = Math.floor(now / 1000);
  const body = JSON.stringify({
    event_type: "meeting.completed",
    event_id: "evt-1",
    timestamp: now.toISOString(),
    partner_app_id: "app-1",
    data: { meeting_id: "m-1", title: "Größe 📏", workspace_id: "w-1", completed_at: now.toISOString() },
  });
  const headers = (key) => ({
    "content-type": "application/json",
    "x-contio-timestamp": String(timestamp),
    "x-contio-signature": createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex"),
  });
  return {
    genuine: { headers: headers(SECRET), body },
    // The explainer finds what is wrong with this one.
    forged: { headers: headers(`${SECRET}\n`), body },
  };
}

/** For tests that run inside a tool, and cannot sign with Node. */
export function writeDeliveries(folder) {
  return writeFile(path.join(folder, "deliveries.json"), JSON.stringify(deliveries()));
}

async function post(send, { headers, body }) {
  const response = await send({ method: "POST", headers, body });
  const text = await response.text();
  try {
    return { status: response.status, ...JSON.parse(text) };
  } catch {
    throw new Error(`the response has status ${response.status} and is no JSON: ${text.slice(0, 1000)}`);
  }
}

/** Sends both deliveries to an application, in requests that `send` makes, and checks the responses. */
export async function check(send) {
  const { genuine, forged } = deliveries();
  const bytes = Buffer.byteLength(genuine.body);
  assert.deepEqual(await post(send, genuine), { status: 200, event: "evt-1", bytes, signed: "github" });
  const refused = await post(send, forged);
  assert.deepEqual(refused, { status: 401, code: "signature_mismatch", cause: "secret_newline_lost" });
}

/** Checks that an example of `examples/` accepts what is genuine, and nothing else. */
export async function checkExample(send) {
  const { genuine, forged } = deliveries();
  const accepted = await send({ method: "POST", ...genuine });
  assert.deepEqual([accepted.status, await accepted.text()], [204, ""]);
  assert.deepEqual(await post(send, forged), { status: 401, error: "signature_mismatch" });
}

/** What an example prints of these deliveries. */
export const EXAMPLE_PRINTS = ["Größe 📏 is over", "refused, signature_mismatch"];

/** Checks that an application that cannot verify says why, for every delivery, and that it started nevertheless. */
export function checkFailure(message) {
  return async (send) => {
    for (const delivery of [...Object.values(deliveries()), deliveries().genuine]) {
      const { status, code, error } = await post(send, delivery);
      assert.deepEqual({ status, code }, { status: 500, code: "invalid_argument" });
      assert.match(error, message);
    }
  };
}
