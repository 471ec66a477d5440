const { WebhookVerifier, sign } = require("hookseal");
const { WebhookExplainer } = require("hookseal/explain");

const { genuine, forged } = require("./deliveries.json");

const SECRET = "a-secret-that-was-made-up-for-tests";

test("a genuine delivery is accepted", () => {
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, genuine.body);
  expect(delivery.event().event_id).toBe("evt-1");
});

test("bytes of the tests' own realm are accepted", () => {
  const body = Uint8Array.from(unescape(encodeURIComponent(genuine.body)), (character) => character.charCodeAt(0));
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, body);
  expect(Array.from(delivery.body)).toEqual(Array.from(body));
});

test("a Buffer is accepted", () => {
  const delivery = new WebhookVerifier(SECRET).verify(genuine.headers, Buffer.from(genuine.body));
  expect(delivery.event().event_id).toBe("evt-1");
});

test("a forged delivery is refused, and the explanation says why", () => {
  const code = "signature_mismatch";
  expect(() => new WebhookVerifier(SECRET).verify(forged.headers, forged.body)).toThrow(
    expect.objectContaining({ code, status: 401 }),
  );
  const report = new WebhookExplainer(SECRET).explain(forged.headers, forged.body);
  expect(report.causes[0].cause).toBe("secret_newline_lost");
});

test("what is signed is verified", () => {
  const headers = sign("{}", SECRET, { scheme: "github" });
  expect(new WebhookVerifier(SECRET, { scheme: "github" }).verify(headers, "{}").scheme).toBe("github");
});
