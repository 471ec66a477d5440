// The sandbox's page in a real browser: what it shows and does, and that no other page can do the same.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { emit, endpoint, start, until } from "./support.mjs";

// Set by `cargo xtask test sandbox`.
const executablePath = process.env.HOOKSEAL_CHROMIUM;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } };

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"] });
});
after(() => browser.close());

/** The page, opened with the token. Any error in it fails the test. */
async function opened(t, sandbox, options = {}) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(sandbox.page_url);
  await page.getByRole("button", { name: "Emit" }).waitFor();
  t.after(() => assert.deepEqual(errors, []));
  return page;
}

test("events are emitted, and deliveries are shown as they happen, filtered, shown in full and sent again", async (t) => {
  const { url, received } = await endpoint(t, (count) => (count === 1 ? 500 : 200));
  const sandbox = await start(t, "--to", url);
  const page = await opened(t, sandbox);
  assert.ok(!page.url().includes(sandbox.sandbox_token), "the token does not stay in the address");
  assert.ok(await page.getByLabel("sandbox_token").isHidden(), "and the page does not ask for it");

  await page.getByLabel("Event", { exact: true }).selectOption("meeting.completed");
  await page.getByLabel("Data").fill('{"title": "Größe"}');
  await page.getByRole("button", { name: "Emit" }).click();
  await page.getByText("Emitted.").waitFor();
  await until(() => received.length === 1);
  // The page updates without a click.
  await page.getByRole("cell", { name: "500" }).waitFor();
  await page.getByRole("cell", { name: "1", exact: true }).waitFor();

  await page.getByRole("button", { name: "meeting.completed" }).click();
  await page.getByRole("heading", { name: "meeting.completed" }).waitFor();
  assert.match(await page.locator("#attempts").textContent(), /the endpoint answered 500[^]*X-Contio-Signature: [0-9a-f]{64}/);
  assert.match(await page.locator("#body").textContent(), /"title": "Größe"/);
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByRole("cell", { name: "delivered" }).waitFor();
  await page.locator("#attempts li").nth(1).waitFor();
  assert.deepEqual(received[1].body, received[0].body);

  await emit(sandbox, { type: "action_item.created" });
  await page.getByRole("button", { name: "action_item.created" }).waitFor();
  await page.getByLabel("Event type").selectOption("action_item.created");
  await page.getByText("1 of 1").waitFor();
  await page.getByLabel("Status").selectOption("failed");
  await page.getByText("0 of 0").waitFor();

  await page.getByLabel("Data").fill("[1]");
  await page.getByRole("button", { name: "Emit" }).click();
  await page.getByText("data: must be an object").waitFor();
  await page.getByLabel("Data").fill("{");
  await page.getByRole("button", { name: "Emit" }).click();
  await page.getByText("The data is not valid JSON.").waitFor();
});

test("invisible characters of an event are shown as escapes and keep their value", async (t) => {
  const { url, received } = await endpoint(t);
  const sandbox = await start(t);
  const hidden = "\u202eab\u007f\u009b\u200b\u2028\u061c\u{e0041}\u00a0\ufeff";
  await emit(sandbox, { type: "meeting.completed", data: { title: `Größe 📏${hidden}`, [hidden]: 1 }, to: url });
  await emit(sandbox, { type: "action_item.created", to: `${url}/\u202e` });
  await until(() => received.length === 1);
  const page = await opened(t, sandbox);
  await page.getByRole("button", { name: "meeting.completed" }).click();
  const codes = String.raw`\u202eab\u007f\u009b\u200b\u2028\u061c\udb40\udc41\u00a0\ufeff`;
  await page.getByText(`"title": "Größe 📏${codes}"`).waitFor();
  const body = await page.locator("#body").textContent();
  assert.deepEqual(JSON.parse(body), JSON.parse(received[0].body), "nothing is lost");
  assert.ok(body.includes(`"${codes}": 1`), body);
  await page.getByRole("button", { name: "action_item.created" }).click();
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
  await page.getByText("0 of 0").waitFor();
  await page.reload();
  await page.getByText("0 of 0").waitFor();
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
    const read = await fetch(`${base}/sandbox/event-types`).then(() => "read", () => "refused");
    return { simple, read };
  }, sandbox.base_url);
  assert.deepEqual(called, { simple: "opaque", read: "refused" });
  const headers = { "X-API-Key": sandbox.api_key };
  const listed = await fetch(`${sandbox.base_url}/v1/partner/admin/webhook-deliveries`, { headers });
  assert.equal((await listed.json()).total, 0, "nothing was emitted");
  const policy = (await fetch(sandbox.base_url)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
});

for (const [name, viewport] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the page is readable and usable: ${name}, ${colorScheme}`, async (t) => {
      const { url } = await endpoint(t);
      const sandbox = await start(t, "--to", url);
      await emit(sandbox, { type: "meeting.completed", count: 3 });
      const page = await opened(t, sandbox, { viewport, colorScheme, bypassCSP: true });
      await page.getByText("3 of 3").waitFor();
      // A delivery can be opened with the keyboard.
      await page.getByRole("button", { name: "meeting.completed" }).first().focus();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "meeting.completed" }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), "one");
      await page.addScriptTag({ path: AXE });
      const violations = await page.evaluate(async () =>
        (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      );
      assert.deepEqual(violations, []);
      const { scroll, width } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: document.documentElement.clientWidth,
      }));
      assert.ok(scroll <= width, `${scroll} pixels wide on a screen of ${width}`);
      await mkdir("screenshots", { recursive: true });
      await page.screenshot({ path: `screenshots/${name}-${colorScheme}.png`, fullPage: true });
    });
  }
}
