// Faults that were found in other verifiers and that only show in a server; the vectors in `peers-faults.json` have the
// others. This package must have none of them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { WebhookVerificationError, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

import { assertOwnError } from "../lib/codes.mjs";
import { NOW, SCHEMES, SECRET, SENDERS, envelope } from "../lib/senders.mjs";
import { requestOf } from "./requests.mjs";
import { listen, post, receiver } from "./support.mjs";

const body = Buffer.from(envelope());
const isSignature = (name) => /signature|hmac/i.test(name);

/** Serves deliveries with a function that verifies a request, and responds to refused ones with the status and code. */
const serve = (t, verify) =>
  listen(t, async (req, res) => {
    try {
      await verify(req);
      res.end("{}");
    } catch (thrown) {
      assertOwnError(thrown, WebhookVerificationError);
      res.writeHead(thrown.status).end(JSON.stringify({ error: thrown.code }));
    }
  });

/** The headers as a fetch request has them: values of the same name are joined. */
const fetchHeaders = ({ headersDistinct }) =>
  new Headers(Object.entries(headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value])));

/** Servers that pass headers in every existing way, and the response of each to a delivery. */
async function servers(t, verifier) {
  const { port, deliveries } = await receiver(t, { verifier });
  const ports = {
    express: port,
    fetch: await serve(t, (req) => verifier.verifyRequest(requestOf(fetchHeaders(req), body))),
    node: await serve(t, (req) => verifier.verify(req.headers, body)),
  };
  const answersTo = async (headers) => {
    const answers = {};
    for (const [name, each] of Object.entries(ports)) {
      const { status, text } = await post(each, body, headers);
      answers[name] = { status, code: JSON.parse(text).error };
    }
    return answers;
  };
  return { answersTo, deliveries };
}

for (const { scheme, secret } of SCHEMES) {
  const genuine = SENDERS[scheme](body);
  const verifier = new WebhookVerifier(secret, { scheme, now: NOW });

  test(`${scheme}: a signature that is not ASCII is the sender's fault, and not the server's`, async (t) => {
    const { answersTo } = await servers(t, verifier);
    const name = Object.keys(genuine).find(isSignature);
    const value = genuine[name];
    // As many letters as the genuine one has, or as many bytes of UTF-8; fewer, and more.
    const { length } = value;
    for (const wrong of ["é".repeat(length), "é".repeat(length / 2), `${value.slice(0, -1)}é`, `${value}\u0080`, "é"]) {
      for (const answer of Object.values(await answersTo({ ...genuine, [name]: wrong }))) {
        assert.deepEqual(answer, { status: 400, code: "malformed_signature" });
      }
    }
  });

  // What can be read if a host joined two values with a comma and a space; SECURITY.md has the table.
  const isReadable = ([first, second]) => {
    if (scheme === "stripe") return second === "" && first !== "";
    return ["standard-webhooks", "svix"].includes(scheme) && second !== "";
  };

  test(`${scheme}: a duplicate header is refused, and of two that were joined only a readable one counts`, async (t) => {
    const { answersTo, deliveries } = await servers(t, verifier);
    for (const answer of Object.values(await answersTo(genuine))) assert.equal(answer.status, 200);
    deliveries.length = 0;
    for (const [name, value] of Object.entries(genuine)) {
      const other = isSignature(name) ? SENDERS[scheme](body, { key: "another" })[name] : `${value}1`;
      for (const values of [[value, value], [value, other], [other, value], [value, ""], ["", value]]) {
        const { express, ...joined } = await answersTo({ ...genuine, [name]: values });
        assert.deepEqual(express, { status: 400, code: "duplicate_header" });
        const read = isSignature(name) && isReadable(values) ? values.findLast((text) => text !== "") : undefined;
        const expected = read === undefined ? 400 : read === value ? 200 : 401;
        const refusals = isSignature(name) ? [expected] : [400, 401];
        for (const { status } of Object.values(joined)) assert.ok(refusals.includes(status), `${name}: ${values}: ${status}`);
      }
    }
    assert.deepEqual(deliveries, []);
  });
}

test("no option skips the verification and reports a delivery as genuine", async (t) => {
  const skip = { skipVerification: true, skip: true, verify: false, enabled: false, insecure: true, test: true };
  const verifier = new WebhookVerifier(SECRET, { now: NOW });
  for (const option of Object.entries(skip).map((pair) => Object.fromEntries([pair]))) {
    const unknown = { code: "invalid_argument", message: /^there is no option / };
    assert.throws(() => new WebhookVerifier(SECRET, { now: NOW, ...option }), unknown);
    assert.throws(() => webhook(verifier, option), unknown);
  }
  // Properties that are not the object's own are not read as options.
  const inherited = new WebhookVerifier(SECRET, Object.create(skip, { now: { value: NOW, enumerable: true } }));
  const forged = SENDERS["contio-timestamped"](body, { key: "another" });
  assert.equal(inherited.verifySignature(body, ...Object.values(forged)).isValid, false);
  assert.throws(() => inherited.verify(forged, body), { code: "signature_mismatch" });
  const middleware = webhook(inherited, Object.create({ ...skip, onFailure() {} }));
  const port = await listen(t, (req, res) => middleware(req, res, () => res.end("accepted")));
  assert.equal((await post(port, body, forged)).status, 401);
  assert.equal((await post(port, body, {})).status, 400);
  for (const none of [undefined, null, "", false]) {
    assert.throws(() => new WebhookVerifier(none, { now: NOW }), { code: "invalid_secret" });
  }
});
