// The vendor's own SDK against the sandbox, which it must not be able to distinguish from the real management API.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";

import { emit, endpoint, start, until } from "./support.mjs";

const require = createRequire(import.meta.url);

for (const version of ["1.6", "1.9"]) {
  const { ApiKeyClient, ContioAPIError, PartnerAdminClient, WebhookVerifier } = require(`sdk-${version}`);

  const adminOf = ({ base_url, api_key, client_id }, key = api_key) =>
    new PartnerAdminClient(new ApiKeyClient({ apiKey: key, clientId: client_id }), { baseURL: base_url, retries: 0 });

  test(`SDK ${version}: its verifier accepts deliveries of the body variant`, async (t) => {
    const { url, received } = await endpoint(t);
    const sandbox = await start(t, "--to", url, "--form", "body");
    await emit(sandbox, { type: "meeting.completed" });
    const { headers, body } = await until(() => received[0]);
    const verifier = new WebhookVerifier(sandbox.webhook_secret);
    assert.equal(verifier.verifySignature(body.toString(), headers["x-contio-signature"]).isValid, true);
  });

  test(`SDK ${version}: deliveries are listed, shown and retried`, async (t) => {
    const { url, received } = await endpoint(t, (count) => (count === 1 ? 500 : 200));
    const sandbox = await start(t, "--to", url);
    const admin = adminOf(sandbox);
    const { events } = await emit(sandbox, { type: "meeting.completed" });
    const [{ event_id, delivery_ids }] = events;
    const failed = await until(async () => {
      const { deliveries, total, limit, offset } = await admin.getWebhookDeliveries({ event_type: "meeting.completed", limit: 10, offset: 0 });
      assert.deepEqual([total, limit, offset], [1, 10, 0]);
      return deliveries[0].http_status_code === 500 && deliveries[0];
    });
    assert.equal(failed.event_id, event_id);
    assert.equal(failed.delivery_status, "pending");
    assert.ok(Date.parse(failed.next_retry_at) - Date.parse(failed.created_at) >= 60_000, failed.next_retry_at);
    const retried = await admin.retryWebhookDelivery(delivery_ids[0]);
    assert.deepEqual([retried.delivery_id, retried.retry_scheduled], [delivery_ids[0], true]);
    const delivered = await until(async () => {
      const delivery = await admin.getWebhookDelivery(delivery_ids[0]);
      return delivery.delivery_status === "delivered" && delivery;
    });
    assert.ok(delivered.delivered_at);
    const [first, second] = received;
    assert.deepEqual(second.body, first.body);
    const timestamp = second.headers["x-contio-timestamp"];
    const signature = createHmac("sha256", sandbox.webhook_secret).update(`${timestamp}.`).update(second.body).digest("hex");
    assert.equal(second.headers["x-contio-signature"], signature, "as the guide signs");
  });

  test(`SDK ${version}: errors arrive as API errors`, async (t) => {
    const sandbox = await start(t);
    const refused = async (call, status, code) => {
      const error = await call.then(() => assert.fail("the call was not refused"), (thrown) => thrown);
      assert.ok(error instanceof ContioAPIError, String(error));
      assert.deepEqual([error.statusCode, error.code], [status, code]);
      assert.ok(error.message);
    };
    await refused(adminOf(sandbox, "another key").getApp(), 401, "invalid_api_key");
    const admin = adminOf(sandbox);
    await refused(admin.getWebhookDelivery("none"), 404, "not_found");
    await refused(admin.setWebhookFilter({ type: "only", events: [] }), 400, "invalid_argument");
    await refused(admin.rotateWebhookSecret({}), 400, "invalid_argument");
  });

  test(`SDK ${version}: the app, its filter and its switch`, async (t) => {
    const { url, received } = await endpoint(t);
    const sandbox = await start(t);
    const admin = adminOf(sandbox);
    const app = await admin.updateApp({ webhook_url: url, name: "My app" });
    assert.deepEqual([app.webhook_url, app.name, app.webhook_enabled], [url, "My app", true]);
    const filtered = await admin.setWebhookFilter({ type: "include", events: ["meeting.completed"] });
    assert.deepEqual(filtered.webhook_filter, { type: "include", events: ["meeting.completed"] });
    assert.equal((await emit(sandbox, { type: "action_item.created" })).not_delivered, "filtered");
    assert.equal((await admin.removeWebhookFilter()).webhook_filter, null);
    await emit(sandbox, { type: "action_item.created" });
    await until(() => received.length === 1);
    assert.equal((await admin.updateWebhookStatus({ enabled: false, pending_disposition: "abandon" })).webhook_enabled, false);
    assert.equal((await emit(sandbox, { type: "action_item.created" })).not_delivered, "disabled");
    assert.equal((await admin.getApp()).id, app.id);
  });

  test(`SDK ${version}: the webhook secret is rotated, with a grace period, and rolled back`, async (t) => {
    const { url, received } = await endpoint(t);
    const sandbox = await start(t, "--to", url, "--form", "body");
    const admin = adminOf(sandbox);
    const before = (await admin.getCredentialStatus()).webhook_secret;
    assert.deepEqual([before.credential_type, before.status, before.age_days], ["webhook_secret", "active", 0]);
    const rotated = await admin.rotateWebhookSecret({ confirmation_token: "yes", grace_period_hours: 1 });
    assert.equal((await admin.getCredentialStatus()).webhook_secret.status, "transitioning");
    await assert.rejects(admin.rotateWebhookSecret({ confirmation_token: "yes" }), { statusCode: 409 });
    const signedBy = async (count, secret) => {
      await emit(sandbox, { type: "meeting.completed" });
      await until(() => received.length === count);
      const { headers, body } = received.at(-1);
      return new WebhookVerifier(secret).verifySignature(body.toString(), headers["x-contio-signature"]).isValid;
    };
    assert.equal(await signedBy(1, rotated.new_credential), true);
    await admin.rollbackCredential("webhook-secret", { rollback_token: rotated.rollback_token });
    assert.equal(await signedBy(2, sandbox.webhook_secret), true);
  });
}

test("SDK 1.9: automations are created, updated and deleted", async (t) => {
  const { ApiKeyClient, PartnerAdminClient } = require("sdk-1.9");
  const { base_url, api_key } = await start(t);
  const admin = new PartnerAdminClient(new ApiKeyClient({ apiKey: api_key }), { baseURL: base_url, retries: 0 });
  const made = await admin.createAutomation({ name: "Follow up", trigger_type: "meeting.completed", actions: [] });
  assert.deepEqual([made.name, made.status], ["Follow up", "active"]);
  assert.equal((await admin.updateAutomation(made.id, { is_active: false })).status, "inactive");
  assert.equal((await admin.getAutomation(made.id)).id, made.id);
  await admin.deleteAutomation(made.id);
  await assert.rejects(admin.getAutomation(made.id), { statusCode: 404 });
});

test("SDK 1.6: the guide's workflow can be created, and its URL receives deliveries", async (t) => {
  const { ApiKeyClient, PartnerAdminClient } = require("sdk-1.6");
  const { url, received } = await endpoint(t);
  const sandbox = await start(t);
  const admin = new PartnerAdminClient(new ApiKeyClient({ apiKey: sandbox.api_key }), { baseURL: sandbox.base_url, retries: 0 });
  const workflow = { name: "CRM Integration", webhook_url: url, matching_rules: { keywords: ["follow-up", "sales"] }, is_active: true };
  if (typeof admin.createWorkflow === "function") assert.ok((await admin.createWorkflow(workflow)).id);
  else await admin.http.post("/workflows", workflow);
  await emit(sandbox, { type: "meeting.completed" });
  await until(() => received[0]);
});
