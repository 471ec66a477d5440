// node run/playground.mjs tests the page that explains deliveries in a real browser: what it says, that nothing leaves
// it, and that it works with a keyboard, with a screen reader, in light and dark mode, and on a phone.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium as browsers } from "playwright-core";

import { made } from "../lib/esbuild.mjs";
import { chromium, versionOf } from "../lib/programs.mjs";
import { CHROMIUM_FLAGS } from "../lib/runtimes.mjs";
import { NOW, SECRET, SENDERS, envelope } from "../lib/senders.mjs";

/** The page as a saved file, so that it must work offline and without a server. */
const PAGE = pathToFileURL(path.resolve("../../playground/index.html")).href;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
/** The widths in CSS pixels. */
const WIDTHS = [360, 768, 1280];

const body = new TextDecoder().decode(envelope());
const headerLines = Object.entries(SENDERS["contio-timestamped"](body)).map(([name, value]) => `${name}: ${value}`);
const rawRequest = (text) => ["POST /webhooks HTTP/1.1", ...headerLines, "", text].join("\r\n");

const verdict = (page, text) => page.locator("#verdict", { hasText: text }).waitFor();
const code = (page, text) => page.locator("#report code", { hasText: text }).first().waitFor();

const browser = await browsers.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
try {
  await works();
  await carriesARequestInALink();
  await isReadable();
} finally {
  await browser.close();
}
console.log(`Chromium ${browser.version()}, axe-core ${versionOf("axe-core")}: ${WIDTHS.join(", ")} pixels, light and dark`);

/** What the page says, and that it requests nothing. */
async function works() {
  const context = await browser.newContext({ offline: true });
  const { page, errors, requests } = await open(context, PAGE);
  await explainsTheExample(page);
  await explainsWhatIsTyped(page);
  await readsEveryForm(page);
  await explainsAFile(page);
  await saysWhatCannotBeRead(page);
  await clears(page);
  assert.deepEqual(errors, []);
  assert.deepEqual(requests, [PAGE], "nothing but the page was requested");
  await cannotConnect(page);
  await context.close();
}

async function open(context, address) {
  const page = await context.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address);
  return { page, errors, requests };
}

async function explainsTheExample(page) {
  // With the keyboard only, from the top to the report.
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const walk = async (end) => {
    const seen = [];
    do {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    } while (seen.at(-1) !== end && seen.length < 20);
    return seen;
  };
  assert.deepEqual(await walk("Explain"), [
    "scheme",
    "secret",
    "A second secret, during a rotation",
    "show",
    "request",
    "file",
    "The body, if the request is without it",
    "now",
    "Explain",
  ]);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "example");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await verdict(page, "The sender signed this JSON without white space");
  assert.equal(await focused(), "report", "the focus moves to the report");
  assert.match(await page.locator("#advice").textContent(), /Verify the bytes as they came/);
  await code(page, "signature_mismatch");
  await code(page, "body_was_compact");
  const outcomes = await page.locator("#checks .chip").allTextContents();
  assert.deepEqual(outcomes, ["passed", "passed", "passed", "passed", "passed", "failed", "skipped", "skipped"]);
  assert.ok(await page.locator("#checks").isVisible(), "the checks are open, since one failed");
  assert.equal(await page.locator("#checks time").first().textContent(), "2025-01-15T10:30:00Z");
}

/** Explains a request that is typed. */
async function explain(page, { secret = SECRET, text, apart, now = NOW }) {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Secret, as the sender shows it").fill(secret);
  if (text !== undefined) await page.getByLabel("Request", { exact: true }).fill(text);
  if (apart !== undefined) {
    await page.locator("#apart summary").click();
    await page.getByLabel("Body", { exact: true }).fill(apart);
  }
  await page.getByLabel("When it arrived").fill(String(now));
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator("#report").waitFor();
}

async function explainsWhatIsTyped(page) {
  await explain(page, { text: rawRequest(body) });
  await verdict(page, "The delivery is genuine.");
  assert.ok(await page.locator("#checks").isHidden(), "the checks are folded, since none failed");
  await explain(page, { text: rawRequest(body), now: new Date(NOW * 1000).toISOString() });
  await verdict(page, "The delivery is genuine.");
  await explain(page, { text: rawRequest(body), now: NOW + 86_400 });
  await code(page, "timestamp_too_old");
  await explain(page, { text: rawRequest(body), secret: `${SECRET} ` });
  await code(page, "secret_white_space");
  await page.locator("#rotation summary").click();
  await page.getByLabel("Second secret").fill("another");
  await page.getByLabel("Show the secrets").check();
  assert.equal(await page.getByLabel("Second secret").getAttribute("type"), "text");
  const shown = await page.locator("#report").textContent();
  assert.ok(!shown.includes(SECRET), "the report shows no secret");
  const report = JSON.parse(await page.locator("#json").textContent());
  assert.deepEqual([report.code, report.causes.length], ["invalid_secret", 1]);
}

/** The forms that `hookseal explain` takes; `captured/` tests each in more detail. */
async function readsEveryForm(page) {
  const headers = Object.fromEntries(headerLines.map((line) => line.split(": ")));
  const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const raw = Buffer.from(rawRequest(body)).toString("base64");
  for (const text of [
    rawRequest(body).replace("HTTP/1.1", "HTTP/2"),
    [...headerLines, "", body].join("\n"),
    JSON.stringify({ headers, body, isBase64Encoded: false }),
    JSON.stringify({ headers, body: Buffer.from(body).toString("base64"), isBase64Encoded: true }),
    JSON.stringify({ requests: [{ request: { raw } }] }),
    JSON.stringify({ log: { entries: [{ request: { headers: list, postData: { text: body } } }] } }),
  ]) {
    await explain(page, { text });
    await verdict(page, "The delivery is genuine.");
  }
  const sent = headerLines.map((line) => `> ${line}`);
  const curl = ["* Connected", "> POST /hook HTTP/1.1", ...sent, ">", "< HTTP/1.1 401"].join("\n");
  const browserLines = headerLines.map((line) => line.replace(": ", ":\n")).join("\n");
  for (const text of [curl, browserLines, JSON.stringify(headers)]) {
    await explain(page, { text });
    await verdict(page, "The request is shown without its body.");
    assert.ok(await page.getByLabel("Body", { exact: true }).isVisible(), "the field for it opens");
    await page.getByLabel("Body", { exact: true }).fill(body);
    await page.getByRole("button", { name: "Explain" }).click();
    await verdict(page, "The delivery is genuine.");
  }
  await explain(page, { text: rawRequest(body), apart: "{}" });
  await verdict(page, "The request has a body already.");
}

async function explainsAFile(page) {
  const file = page.getByLabel("Or a file with it").first();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Secret, as the sender shows it").fill(SECRET);
  await page.getByLabel("When it arrived").fill(String(NOW));
  const buffer = Buffer.concat([Buffer.from(rawRequest("")), Buffer.from(body), Buffer.from("\r\n")]);
  await file.setInputFiles({ name: "request.txt", mimeType: "text/plain", buffer });
  await page.getByRole("button", { name: "Explain" }).click();
  await code(page, "body_newline_added");
  const chunked = rawRequest("").replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n");
  const bytes = Buffer.from(body);
  const chunks = [bytes.subarray(0, 9), bytes.subarray(9)].flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  const whole = Buffer.concat([Buffer.from(chunked), ...chunks, Buffer.from("0\r\n\r\n")]);
  await file.setInputFiles({ name: "request.txt", mimeType: "text/plain", buffer: whole });
  await page.getByRole("button", { name: "Explain" }).click();
  await verdict(page, "The delivery is genuine.");
}

async function saysWhatCannotBeRead(page) {
  await explain(page, { text: "not a request\n\n{}" });
  await verdict(page, "The request cannot be read: one of its lines is not a header.");
  assert.match(await page.locator("#advice").textContent(), /^Give a raw HTTP request/);
  await explain(page, { text: JSON.stringify({ headers: { a: "b" }, body: { parsed: true } }) });
  await verdict(page, "The request cannot be read: the body in this JSON was parsed");
  await explain(page, { text: "" });
  await verdict(page, "The request cannot be read");
  await explain(page, { text: rawRequest(body), now: "yesterday" });
  await verdict(page, "The time of arrival cannot be read.");
  assert.ok(await page.locator("#link").isHidden(), "there is no link to what was not read");
}

async function clears(page) {
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await page.getByLabel("Secret, as the sender shows it").inputValue(), "");
  assert.ok(await page.locator("#report").isHidden());
}

/** A link has the request after its `#`, with every byte of the body, and neither a secret nor another header. */
async function carriesARequestInALink() {
  const context = await browser.newContext({ offline: true, permissions: ["clipboard-read", "clipboard-write"] });
  const { page, errors } = await open(context, `${PAGE}?from=elsewhere`);
  const cookie = "Cookie: session=a-session-of-this-test\r\nX-Api-Key: a-key-of-this-test\r\n";
  // A text field would drop the CR.
  const text = rawRequest(`${body}\r\n`).replace("\r\n", `\r\n${cookie}`);
  const buffer = Buffer.from(text.replace("/webhooks", "/webhooks?token=a-token"));
  await page.getByLabel("Secret, as the sender shows it").fill(SECRET);
  await page.getByLabel("When it arrived").fill(String(NOW));
  await page.getByLabel("Or a file with it").first().setInputFiles({ name: "request.txt", mimeType: "text/plain", buffer });
  await page.getByRole("button", { name: "Explain" }).click();
  await code(page, "body_newline_added");
  await page.getByRole("button", { name: "Copy a link to this request" }).click();
  await page.locator("#state", { hasText: "The link is copied." }).waitFor();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(await page.getByLabel("The link").inputValue(), link.href);
  assert.deepEqual([link.search, link.href.split("#")[0]], ["", PAGE], "nothing is in the query");
  const carried = Buffer.from(link.hash.split("=")[1], "base64url").toString();
  const all = `${link.href}\n${carried}\n${Buffer.from(JSON.parse(carried).body, "base64url")}`;
  for (const secret of [SECRET, "a-session-of-this-test", "a-key-of-this-test", "a-token"]) {
    assert.ok(!all.includes(secret), `the link has ${secret}`);
  }

  const { page: reader, errors: others } = await open(context, link.href);
  await reader.locator("#state", { hasText: "filled in from the link" }).waitFor();
  assert.equal(await reader.evaluate(() => document.activeElement.id), "secret");
  assert.equal(await reader.getByLabel("Secret, as the sender shows it").inputValue(), "");
  await reader.keyboard.type(SECRET);
  await reader.keyboard.press("Enter");
  await code(reader, "body_newline_added");
  // What is changed by hand is what is explained.
  const request = reader.getByLabel("Request", { exact: true });
  await request.fill((await request.inputValue()).replace(/\n+$/, ""));
  await reader.getByRole("button", { name: "Explain" }).click();
  await verdict(reader, "The delivery is genuine.");

  // A body with the secret in it is not shared, and a broken link says so.
  await explain(reader, { text: rawRequest(JSON.stringify({ secret: SECRET })) });
  await reader.getByRole("button", { name: "Copy a link to this request" }).click();
  await reader.locator("#state", { hasText: "contains the secret" }).waitFor();
  await explain(reader, { text: rawRequest("x".repeat(30_000)) });
  await reader.getByRole("button", { name: "Copy a link to this request" }).click();
  await reader.locator("#state", { hasText: "too large for a link" }).waitFor();
  for (const hash of [link.hash.slice(0, -9), "#request=", "#request=bnVsbA", "#other"]) {
    await reader.evaluate((hash) => (location.hash = hash), hash);
    await reader.locator("#state", { hasText: "The link is incomplete" }).waitFor();
    await reader.getByRole("button", { name: "Clear" }).click();
  }
  assert.deepEqual([...errors, ...others], []);
  await context.close();
}

/** Even a script that runs in the page cannot send anything out. */
async function cannotConnect(page) {
  const refused = await page.evaluate(async () => {
    const violations = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => violations.push(effectiveDirective));
    await fetch("https://example.com/").catch(() => {});
    const image = new Image();
    image.src = "https://example.com/a.png";
    await image.decode().catch(() => {});
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    while (violations.length < 3) await new Promise((resolve) => setTimeout(resolve));
    return { violations: violations.sort(), injected: window.injected === true };
  });
  assert.deepEqual(refused, { violations: ["connect-src", "img-src", "script-src-elem"], injected: false });
}

/** At every width, light and dark, with and without a report. The page's policy would not allow axe to be injected. */
async function isReadable() {
  await mkdir(made("screenshots"), { recursive: true });
  const context = await browser.newContext({ bypassCSP: true });
  const { page } = await open(context, PAGE);
  await page.addScriptTag({ path: AXE });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.getByRole("button", { name: "Clear" }).click();
      await isClean(page, `playground-empty-${width}-${colorScheme}`);
      await page.getByRole("button", { name: "Fill in an example" }).click();
      await page.getByRole("button", { name: "Explain" }).click();
      await code(page, "signature_mismatch");
      const json = page.locator("details", { hasText: "The report as JSON" });
      await json.evaluate((details) => (details.open = true));
      await isClean(page, `playground-${width}-${colorScheme}`);
      const [form, report] = await Promise.all(["#form", "#report"].map((id) => page.locator(id).boundingBox()));
      if (width === 1280) assert.ok(report.x > form.x + form.width - 1, "the report is next to the form");
      else assert.ok(report.y > form.y, "the report is below the form");
    }
  }
  await context.close();
}

async function isClean(page, what) {
  await writeFile(path.join(made("screenshots"), `${what}.png`), await page.screenshot({ fullPage: true }));
  const violations = await page.evaluate(async () =>
    (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
  );
  assert.deepEqual(violations, [], what);
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isWide = (element) => element.getBoundingClientRect().right > width + 0.5 && element.checkVisibility();
    return [...document.body.querySelectorAll("*:not(.unseen)")].filter(isWide).map(({ outerHTML }) => outerHTML.slice(0, 120));
  });
  assert.deepEqual(wide, [], `${what}: nothing is cut off`);
}
