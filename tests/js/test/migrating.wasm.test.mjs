// The pages in `docs/migrating`: both programs of each run, with the other library as npm has it, and each row of its
// table is sent to both. With HOOKSEAL_BLESS=1 the tables are written instead.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { parseWebhook } from "@contio/partner-sdk/webhooks";
import { WebhookVerifier } from "hookseal";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";

import { DELIVERIES, Page } from "../lib/migrating.mjs";

const FOLDER = path.join(process.env.HOOKSEAL_DOCS ?? "", "migrating");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md") && name !== "index.md")
  .map((name) => name.slice(0, -".md".length));

test("there is a page for each library that people come from", () => {
  assert.deepEqual(NAMES.sort(), ["guide", "octokit", "partner-sdk", "standardwebhooks", "stripe", "svix"]);
});

const stripe = new Stripe("a key of the API, for which there is no use here");

/** How the other libraries verify: each throws an error with a message. */
const VERIFY = {
  standardwebhooks: (body, headers, secret) => new StandardWebhook(secret).verify(body, headers),
  svix: (body, headers, secret) => new SvixWebhook(secret).verify(body, headers),
  stripe: (body, headers, secret) => stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret),
  "partner-sdk": (body, headers, secret) => parseWebhook(body, headers["x-contio-signature"], secret),
};

/** Headers as Node has them: lines of one name are joined, and a list is empty if there is none. */
const joined = (headers) =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name, [value].flat().join(", ")])
      .filter(([, value]) => value !== ""),
  );

for (const [name, verify] of Object.entries(VERIFY)) {
  test(`${name}: the page says which code each error of the library becomes`, () => {
    const page = new Page(name);
    const verifier = new WebhookVerifier(page.secret, { scheme: page.scheme });
    const found = new Map(page.errors().map(({ message }) => [message, new Set()]));
    assert(found.size > 2, `${found.size} messages`);
    for (const make of Object.values(DELIVERIES)) {
      let made;
      try {
        made = make(page.scheme);
      } catch {
        continue; // it is not a delivery of this scheme
      }
      try {
        verify(made.body, joined(made.headers), page.secret);
      } catch (error) {
        const message = [...found.keys()].find((message) => error.message.startsWith(message));
        if (message !== undefined) found.get(message).add(codeOf(() => verifier.verify(made.headers, made.body)));
      }
    }
    assert.deepEqual(
      [...found].map(([message, codes]) => ({ message, codes: [...codes].sort() })),
      page.errors().map(({ message, codes }) => ({ message, codes: [...codes].sort() })),
    );
  });
}

function codeOf(verify) {
  try {
    verify();
    return "accepted";
  } catch (error) {
    return error.code;
  }
}

for (const name of NAMES) {
  test(`${name}: what the page says of each delivery is what both programs answer`, async (t) => {
    const page = new Page(name);
    const rows = page.rows();
    assert(rows.length > 6, `only ${rows.length} rows`);
    const [before, after] = [await page.start(t, "before.mjs"), await page.start(t, "after.mjs")];
    const found = [];
    for (const { delivery } of rows) {
      assert(delivery in DELIVERIES, `no delivery is called ${delivery}`);
      found.push({
        delivery,
        before: await page.answer(before, delivery),
        after: await page.answer(after, delivery),
      });
    }
    if (process.env.HOOKSEAL_BLESS) page.write(found);
    else assert.deepEqual(found, rows);
    // What is genuine both accept, and what is forged both refuse.
    const [genuine, forged] = ["genuine", "signed with another secret"].map((name) =>
      found.find(({ delivery }) => delivery === name),
    );
    assert.match(genuine.before + genuine.after, /^2..2..$/);
    assert.match(forged.before, /^4/);
    assert.equal(forged.after, "401 `signature_mismatch`");
  });
}
