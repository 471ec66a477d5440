/** A delivery whose body was parsed on its way and serialized again with spaces. The secret is invented. */
export const EXAMPLE = {
  scheme: "contio",
  secret: "a-secret-of-the-examples",
  now: 1736937012,
  request: `POST /webhooks/contio HTTP/1.1
Host: example.com
Content-Type: application/json
X-Contio-Timestamp: 1736937000
X-Contio-Signature: 5a55b7dcd93e367f6228fa29f4d4819252babd44e6f45a950d8af683d9aebfd8

{"event_type": "meeting.completed", "event_id": "evt-1", "timestamp": "2025-01-15T10:30:00Z", "partner_app_id": "app-1", "data": {"title": "Retro"}}`,
};
