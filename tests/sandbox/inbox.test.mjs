// The page of `hookseal inbox serve` in a real browser: what it shows and does, and that no other page can do the same.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { isReadable, openPage, useBrowser } from "./browser.mjs";
import { endpoint, until } from "./support.mjs";

// Set by `cargo xtask test sandbox`.
const HOOKSEAL = process.env.HOOKSEAL_CLI;
const SECRET = "a-secret-of-this-test";
const FORWARD_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk=";

const browser = useBrowser();

/** A command that runs until the test ends, and its first line. */
async function run(t, args) {
  const env = { ...process.env, HOOKSEAL_SECRET: SECRET, HOOKSEAL_FORWARD_SECRET: FORWARD_SECRET };
  const child = spawn(HOOKSEAL, [...args, "--json"], { stdio: ["ignore", "pipe", "inherit"], env });
  const exited = once(child, "exit");
  t.after(async () => {
    child.kill();
    assert.equal((await exited)[0], 0, "it exits cleanly");
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  child.stdout.resume();
  return JSON.parse(line);
}

/** An inbox whose deliveries are forwarded to an endpoint, and the address of its page. */
async function start(t, statusOf) {
  const folder = await mkdtemp(path.join(tmpdir(), "hookseal-inbox-"));
  t.after(() => rm(folder, { recursive: true }));
  const { url, received } = await endpoint(t, statusOf);
  const inbox = path.join(folder, "inbox.db");
  const listener = await run(t, ["listen", "--inbox", inbox, "--port", "0", "--forward", url]);
  const pageFile = path.join(folder, "page");
  const { base_url: base } = await run(t, ["inbox", "serve", "--inbox", inbox, "--port", "0", "--page-file", pageFile]);
  const page = (await readFile(pageFile, "utf8")).trim();
  assert.equal((await stat(pageFile)).mode & 0o777, 0o600);
  return { received, base, page, pageFile, token: page.split("#")[1], send: (id, data) => send(listener.listening, id, data) };
}

async function send(url, id, data = {}) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const event = { event_type: "meeting.completed", event_id: id, timestamp: new Date().toISOString(), partner_app_id: "app-1", data };
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
  const headers = { "X-Contio-Signature": signature, "X-Contio-Timestamp": timestamp, "Content-Type": "application/json" };
  const { status } = await fetch(url, { method: "POST", headers, body });
  assert.equal(status, 200);
}

/** The page, opened with its token. */
async function opened(t, inbox, options = {}) {
  const page = await openPage(t, inbox.page, options);
  await page.locator("#counts").waitFor();
  return page;
}

const card = (page, name) => page.getByRole("listitem").getByRole("button", { name });

test("what is dead is shown with its reason, and is retried or given up", async (t) => {
  let isBack = false;
  const inbox = await start(t, () => (isBack ? 200 : 410));
  const page = await opened(t, inbox);
  assert.ok(!page.url().includes(inbox.token), "the token does not stay in the address");
  for (const id of ["evt-1", "evt-2", "evt-3"]) await inbox.send(id, { title: "Größe" });
  // The page updates without a click.
  await page.getByText("3 dead, 0 running, 0 pending, 0 done").waitFor();
  assert.equal(await card(page, /dead 1 attempt.*the backend answered 410: it is gone/).count(), 3);

  await card(page, "evt-1").click();
  await page.getByRole("heading", { name: "evt-1" }).waitFor();
  assert.ok(await page.locator("#body").isHidden(), "a body is shown only when that is asked");
  assert.doesNotMatch(await page.content(), /Größe/);
  await page.getByRole("button", { name: "Show the body" }).click();
  await page.locator("#body", { hasText: '"title":"Größe"' }).waitFor();

  page.once("dialog", (dialog) => dialog.dismiss());
  await page.getByRole("button", { name: "Give up" }).click();
  assert.equal(await page.getByText("It is given up.").count(), 0);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Give up" }).click();
  await page.getByText("2 dead, 0 running, 0 pending, 1 done").waitFor();
  assert.ok(await page.locator("#body").isHidden());

  isBack = true;
  await card(page, "evt-2").click();
  await page.getByRole("heading", { name: "evt-2" }).waitFor();
  assert.ok(await page.locator("#body").isHidden(), "and not that of another delivery");
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByText("1 dead, 0 running, 0 pending, 2 done").waitFor();
  await page.getByRole("button", { name: "Retry all that are dead" }).click();
  await page.getByText("0 dead, 0 running, 0 pending, 3 done").waitFor();
  assert.ok(await page.getByRole("button", { name: "Retry all that are dead" }).isDisabled());
  assert.equal(inbox.received.length, 5);
});

test("what waits is shown with its last error and its time, and filtered by its state", async (t) => {
  const inbox = await start(t, () => 500);
  const page = await opened(t, inbox);
  await inbox.send("evt-\u202ehidden");
  await page.getByText("0 dead, 0 running, 1 pending, 0 done").waitFor();
  await card(page, /pending 1 attempt, due .*received .*the backend answered 500/).waitFor();
  const all = await page.locator("body").textContent();
  assert.doesNotMatch(all, /\u202e/u);
  await page.getByLabel("State").selectOption("dead");
  await page.getByText("0 shown").waitFor();
  await page.getByLabel("State").selectOption("pending");
  await page.getByText("1 shown").waitFor();
});

test("without the token the page asks for it and accepts it from the form", async (t) => {
  const inbox = await start(t);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(inbox.base);
  await page.getByLabel("The token").fill("another");
  await page.keyboard.press("Enter");
  await page.getByText("This page needs its token.").waitFor();
  await page.getByLabel("The token").fill(inbox.token);
  await page.keyboard.press("Enter");
  await page.getByText("0 dead, 0 running, 0 pending, 0 done").waitFor();
  await page.reload();
  await page.getByText("0 dead, 0 running, 0 pending, 0 done").waitFor();
});

test("another page in the browser can neither call the server nor frame its page", async (t) => {
  const inbox = await start(t, () => 410);
  await inbox.send("evt-1");
  await until(() => inbox.received.length === 1);
  const { url } = await endpoint(t);
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(url);
  const called = await page.evaluate(async (base) => {
    const simple = await fetch(`${base}/inbox/retry-all`, { method: "POST", mode: "no-cors" }).then(({ type }) => type);
    const read = await fetch(`${base}/inbox/deliveries`).then(() => "read", () => "refused");
    return { simple, read };
  }, inbox.base);
  assert.deepEqual(called, { simple: "opaque", read: "refused" });
  for (const [method, place] of [["GET", "stats"], ["GET", "deliveries/1?body=true"], ["POST", "deliveries/1/retry"]]) {
    const refused = await fetch(`${inbox.base}/inbox/${place}`, { method, headers: { "X-Inbox-Token": "another" } });
    assert.equal(refused.status, 401, place);
  }
  const headers = { "X-Inbox-Token": inbox.token };
  const stats = await (await fetch(`${inbox.base}/inbox/stats`, { headers })).json();
  assert.equal(stats.dead.number, 1, "nothing was retried");
  const policy = (await fetch(inbox.base)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
});

test("the page is readable and usable at every width, light and dark", async (t) => {
  const inbox = await start(t, (count) => (count % 2 ? 410 : 500));
  for (const id of ["evt-1", "evt-2", "evt-3"]) await inbox.send(id);
  const page = await opened(t, inbox, { bypassCSP: true });
  await page.getByText("3 shown").waitFor();
  await until(async () => /^[12] dead, 0 running, [12] pending/.test(await page.locator("#counts").textContent()));
  // A delivery can be opened with the keyboard.
  await card(page, "evt-1").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "evt-1" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "one");
  await isReadable(page, "inbox");
  await page.getByRole("button", { name: "Close" }).press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^evt-1/);
});
