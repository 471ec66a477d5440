// The sandbox's page in a real browser: what it shows and does, and that no other page can do the same.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { isReadable, openPage, useBrowser } from "./browser.mjs";
import { emit, endpoint, start, until } from "./support.mjs";

const browser = useBrowser();

/** The page, opened with the token. */
async function opened(t, sandbox, options = {}) {
  const page = await openPage(t, sandbox.page_url, options);
  await page.getByRole("heading", { name: "Deliveries" }).waitFor();
  return page;
}

const card = (page, name) => page.getByRole("listitem").getByRole("button", { name });
const state = (page, text) => page.locator("#state", { hasText: text }).waitFor();

test("events are sent, and deliveries are shown as they happen, filtered, shown in full and sent again", async (t) => {
  const { url, received } = await endpoint(t, (count) => (count === 1 ? 500 : 200));
  const sandbox = await start(t, "--to", url);
  const page = await opened(t, sandbox);
  assert.ok(!page.url().includes(sandbox.sandbox_token), "the token does not stay in the address");
  assert.ok(await page.getByLabel("sandbox_token").isHidden(), "and the page does not ask for it");

  await page.getByLabel("Event", { exact: true }).selectOption("meeting.completed");
  await page.getByLabel("Data").fill('{"title": "Größe"}');
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await state(page, "Sent meeting.completed.");
  await until(() => received.length === 1);
  // The page updates without a click, and says so to screen readers.
  await card(page, /meeting\.completed failing 500 in \d+ m?s, 1 try/).waitFor();
  await page.locator("#news", { hasText: "1 failing" }).waitFor({ state: "attached" });

  await card(page, "meeting.completed").click();
  await page.getByRole("heading", { name: "meeting.completed" }).waitFor();
  await page.locator("#reason", { hasText: /The endpoint answered 500\. Next try in \d+ (s|min)\./ }).waitFor();
  await page.locator("summary", { hasText: "Request" }).click();
  assert.match(await page.locator("#attempts").textContent(), /X-Contio-Signature[0-9a-f]{64}/);
  assert.match(await page.locator("#body").textContent(), /"title": "Größe"/);
  const time = page.locator("#facts time").first();
  assert.match(await time.textContent(), /^(now|\d+ s ago)$/);
  assert.match(await time.getAttribute("title"), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC$/);
  assert.equal(Date.parse(await time.getAttribute("datetime")) <= Date.now(), true);

  await page.getByRole("button", { name: "Send again" }).click();
  await card(page, /meeting\.completed delivered 200/).waitFor();
  await page.getByRole("heading", { name: "Attempt 2" }).waitFor();
  assert.ok(await page.locator("details", { hasText: "X-Contio-Signature" }).last().evaluate(({ open }) => open), "it stays open");
  assert.deepEqual(received[1].body, received[0].body);

  await emit(sandbox, { type: "action_item.created" });
  await card(page, "action_item.created").waitFor();
  await page.getByLabel("Event type").selectOption("action_item.created");
  await page.locator("#count", { hasText: /^1$/ }).waitFor();
  await page.getByLabel("Status").selectOption("failed");
  await page.getByText("No delivery is like that.").waitFor();

  await page.getByLabel("Data").fill("[1]");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await state(page, "data: must be an object");
  await page.getByLabel("Data").fill("{");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await state(page, "The data is not valid JSON.");
});

test("the endpoint is set and changed on the page, and webhooks are switched on", async (t) => {
  const first = await endpoint(t);
  const second = await endpoint(t);
  const sandbox = await start(t, "--form", "body", "--speed", "60");
  const page = await opened(t, sandbox);
  const setup = page.getByRole("region", { name: "Settings" });
  await setup.getByText("none yet").waitFor();
  await setup.getByText("contio-body: sha256= and hex").waitFor();
  await setup.getByText("after 1, 5 and 30 s, 60 times faster than Contio").waitFor();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await state(page, "It is not delivered: there is no endpoint.");
  for (const [button, { url, received }] of [["Set", first], ["Change", second]]) {
    await page.getByRole("button", { name: button, exact: true }).press("Enter");
    await page.keyboard.press("Control+A");
    await page.keyboard.type(url);
    await page.keyboard.press("Enter");
    await setup.getByText(url).waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await until(() => received.length === 1);
  }
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("URL of your endpoint").fill("http://");
  await page.getByLabel("URL of your endpoint").press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "change-endpoint");
  const headers = { "X-API-Key": sandbox.api_key, "Content-Type": "application/json" };
  const off = { method: "PUT", headers, body: '{"enabled": false}' };
  assert.equal((await fetch(`${sandbox.base_url}/v1/partner/admin/app/webhook-status`, off)).status, 200);
  await page.reload();
  await page.getByRole("button", { name: "Switch on" }).click();
  await state(page, "Webhooks are on.");
});

test("an attempt shows its answer, is explained, and is copied as a command", async (t) => {
  const answer = '{"error":"signature_mismatch","html":"<img src=x onerror=alert(1)>"}';
  const { url, received } = await endpoint(t, () => 401, answer);
  const sandbox = await start(t, "--to", url);
  const data = { title: "it's \"100%\" \\ $(id) `id` \u007f\u202e\u0085 'x'\n@" };
  await emit(sandbox, { type: "meeting.completed", data });
  await until(() => received.length === 1);
  const page = await opened(t, sandbox);
  await card(page, /failing 401/).click();
  const attempt = page.getByRole("listitem").filter({ hasText: "Attempt 1" });
  // Of a failed one, the answer is open.
  await attempt.getByRole("region", { name: "Body of the answer" }).getByText("<img src=x").waitFor();
  assert.equal(await page.locator("img").count(), 0);
  await attempt.getByText("content-type", { exact: true }).waitFor();

  await attempt.getByRole("button", { name: "Explain", exact: true }).press("Enter");
  await attempt.getByText("What was sent is genuine, but the endpoint answered 401 signature_mismatch.").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type(`${sandbox.webhook_secret} `);
  await page.keyboard.press("Enter");
  await attempt.getByText("secret_white_space").waitFor();
  await attempt.getByText("Trim the newline or space that was copied along with the secret.", { exact: true }).waitFor();
  // A refresh does not take the explanation away.
  await emit(sandbox, { type: "action_item.created" });
  await card(page, "action_item.created").waitFor();
  await attempt.getByText("secret_white_space").waitFor();

  await attempt.getByRole("button", { name: "Copy as curl" }).click();
  await state(page, "The command is copied.");
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.doesNotMatch(command, /[\u007f\u0085\u202e]/, "a terminal obeys nothing in it");
  // A shell reads it; what it would pass to curl is printed, each argument and stdin ended by NUL.
  const print = `curl() { printf '%s\\0' "$@"; cat; }\n${command}`;
  const [show, target, ...rest] = execFileSync("sh", ["-c", print], { input: "" }).toString().split("\0");
  assert.deepEqual([show, target], ["-ig", url]);
  const sent = rest.filter((_, at) => rest[at - 1] === "-H");
  const [{ headers, body }] = received;
  assert.ok(sent.includes(`X-Contio-Signature: ${headers["x-contio-signature"]}`), sent.join("\n"));
  assert.equal(rest.at(-2), "@-");
  assert.equal(rest.at(-1), body.toString());
  // Without such characters, the body is an argument.
  await card(page, "action_item.created").click();
  await page.getByRole("heading", { name: "action_item.created" }).waitFor();
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) !== command);
  const plain = await page.evaluate(() => navigator.clipboard.readText());
  const words = execFileSync("sh", ["-c", `curl() { printf '%s\\0' "$@"; }\n${plain}`]).toString().split("\0");
  assert.equal(words.at(-2), received[1].body.toString());
  // No system takes one of this length, and a URL's brackets are no patterns.
  const long = await page.evaluate(async () => {
    const { curl } = await import("/curl.js");
    return curl("http://a.test/[1-3]?q={a,b}", {}, `{"long":"${"x".repeat(200_000)}"}`);
  });
  assert.match(long, /^printf '\{"long":"x+"\}' \| curl -ig 'http:\/\/a\.test\/\[1-3\]\?q=\{a,b\}' \\\n {2}--data-binary @-$/);
});

test("an event is sent again changed", async (t) => {
  const { url, received } = await endpoint(t);
  const sandbox = await start(t, "--to", url);
  // A number that JavaScript would round.
  const data = '{"title":"before","kept":[9007199254740993,{},null,[]]}';
  const headers = { "X-Sandbox-Token": sandbox.sandbox_token };
  await fetch(`${sandbox.base_url}/sandbox/events`, { method: "POST", headers, body: `{"type":"action_item.created","data":${data}}` });
  const page = await opened(t, sandbox);
  await card(page, "action_item.created").waitFor();
  // Every control is reached with the keyboard, the deliveries before the form.
  await page.evaluate(() => document.activeElement.blur());
  const walked = [];
  while (walked.at(-1) !== "sample" && walked.length < 20) {
    await page.keyboard.press("Tab");
    walked.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
  }
  const form = ["type", "data", "primary", "sample"];
  assert.deepEqual(walked, ["change-endpoint", "status", "only", "card", ...form]);
  await card(page, "action_item.created").press("Enter");
  await page.getByRole("button", { name: "Send this event changed" }).press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "data");
  assert.equal(await page.getByLabel("Event", { exact: true }).inputValue(), "action_item.created");
  await page.getByLabel("Data").fill((await page.getByLabel("Data").inputValue()).replace("before", "after"));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await until(() => received.length === 2);
  const [before, after] = received.map(({ body }) => JSON.parse(body));
  assert.equal(after.event_type, before.event_type);
  assert.ok(received[1].body.toString().endsWith(`"data":${data.replace("before", "after")}}`), received[1].body.toString());
  assert.notEqual(after.event_id, before.event_id, "it is a new event");
  await page.getByRole("button", { name: "Fill in sample data" }).click();
  await until(async () => Object.keys(JSON.parse(await page.getByLabel("Data").inputValue())).length > 2);
});

test("the focus stays where it is while the page updates, and older deliveries are on further pages", async (t) => {
  const { url } = await endpoint(t);
  const sandbox = await start(t, "--to", url);
  await emit(sandbox, { type: "meeting.completed", count: 60 });
  const page = await opened(t, sandbox, { viewport: { width: 1280, height: 900 } });
  await page.getByText("1 to 50 of 60").waitFor();
  await card(page, /meeting\.completed delivered/).nth(3).focus();
  const focused = () => page.evaluate(() => document.activeElement.closest("li")?.dataset.key);
  const before = await focused();
  await emit(sandbox, { type: "action_item.created" });
  await page.getByText("1 to 50 of 61").waitFor();
  assert.equal(await focused(), before);
  await page.getByRole("button", { name: "Older" }).click();
  await page.getByText("51 to 61 of 61").waitFor();
  assert.ok(await page.getByRole("button", { name: "Older" }).isDisabled());
  await page.getByRole("button", { name: "Newer" }).click();
  await card(page, "action_item.created").waitFor();
});

test("invisible characters of an event are shown as escapes and keep their value", async (t) => {
  const { url, received } = await endpoint(t);
  const sandbox = await start(t);
  const hidden = "\u202eab\u007f\u009b\u200b\u2028\u061c\u{e0041}\u00a0\ufeff";
  await emit(sandbox, { type: "meeting.completed", data: { title: `Größe 📏${hidden}`, [hidden]: 1 }, to: url });
  await emit(sandbox, { type: "action_item.created", to: `${url}/\u202e` });
  await until(() => received.length === 1);
  const page = await opened(t, sandbox);
  await card(page, "meeting.completed").click();
  const codes = String.raw`\u202eab\u007f\u009b\u200b\u2028\u061c\udb40\udc41\u00a0\ufeff`;
  await page.getByText(`"title": "Größe 📏${codes}"`).waitFor();
  const body = await page.locator("#body").textContent();
  assert.deepEqual(JSON.parse(body), JSON.parse(received[0].body), "nothing is lost");
  assert.ok(body.includes(`"${codes}": 1`), body);
  await card(page, "action_item.created").click();
  await page.getByRole("heading", { name: "action_item.created" }).waitFor();
  assert.ok((await page.locator("#facts").textContent()).includes(String.raw`/\u{202e}`));
  const all = await page.locator("body").textContent();
  assert.doesNotMatch(all, /[\u061c\u007f-\u009f\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
});

test("without the token the page asks for it and accepts it from the form", async (t) => {
  const sandbox = await start(t);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(sandbox.base_url);
  await page.getByLabel("sandbox_token").fill("another");
  await page.keyboard.press("Enter");
  await page.getByText("needs the sandbox's token").waitFor();
  await page.getByLabel("sandbox_token").fill(sandbox.sandbox_token);
  await page.keyboard.press("Enter");
  await page.getByText("None yet.").waitFor();
  await page.reload();
  await page.getByText("None yet.").waitFor();
});

test("another page in the browser can neither call the sandbox nor frame its page", async (t) => {
  const sandbox = await start(t);
  const { url } = await endpoint(t);
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(url);
  const called = await page.evaluate(async (base) => {
    const emit = { method: "POST", body: '{"type": "meeting.completed"}' };
    const simple = await fetch(`${base}/sandbox/events`, { ...emit, mode: "no-cors" }).then(({ type }) => type);
    const refused = (path, options) => fetch(`${base}${path}`, options).then(() => "read", () => "refused");
    const change = await refused("/sandbox/settings", { method: "PUT", body: '{"webhook_url": "http://a.test/"}' });
    return { simple, read: await refused("/sandbox/event-types"), change };
  }, sandbox.base_url);
  assert.deepEqual(called, { simple: "opaque", read: "refused", change: "refused" });
  const headers = { "X-API-Key": sandbox.api_key };
  const listed = await fetch(`${sandbox.base_url}/v1/partner/admin/webhook-deliveries`, { headers });
  assert.equal((await listed.json()).total, 0, "nothing was emitted");
  const app = await (await fetch(`${sandbox.base_url}/v1/partner/admin/app`, { headers })).json();
  assert.equal(app.webhook_url, null, "nothing was changed");
  const policy = (await fetch(sandbox.base_url)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
});

test("the page is readable and usable at every width, light and dark", async (t) => {
  const { url, received } = await endpoint(t, (count) => [200, 401, 200, 503][count - 1] ?? 200, '{"error":"signature_mismatch"}');
  const sandbox = await start(t, "--to", url);
  for (const type of ["meeting.completed", "action_item.created", "calendar_event.created"]) {
    const { events } = await emit(sandbox, { type });
    assert.equal(events.length, 1);
    const count = received.length;
    await until(() => received.length > count || received.length >= 3);
  }
  const page = await opened(t, sandbox, { bypassCSP: true, viewport: { width: 1280, height: 900 } });
  await page.locator("#count", { hasText: /^3$/ }).waitFor();
  await isReadable(page, "sandbox");
  await page.setViewportSize({ width: 1280, height: 900 });
  const failing = card(page, /failing 401/);
  await failing.press("Enter");
  await page.getByRole("button", { name: "Explain", exact: true }).press("Enter");
  await page.getByText("What was sent is genuine").waitFor();
  await isReadable(page, "sandbox-delivery");
  // On a phone, a delivery takes the place of the list, and the way back leads to its card.
  await page.setViewportSize({ width: 360, height: 800 });
  assert.ok(await page.getByRole("heading", { name: "Deliveries" }).isHidden());
  await page.getByRole("button", { name: "Back to the deliveries" }).press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /failing/);
});
