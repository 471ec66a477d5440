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
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 320, height: 640 } };

const body = new TextDecoder().decode(envelope());
const headerLines = Object.entries(SENDERS["contio-timestamped"](body)).map(([name, value]) => `${name}: ${value}`);
const rawRequest = (text) => ["POST /webhooks HTTP/1.1", ...headerLines, "", text].join("\r\n");

const browser = await browsers.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
const checks = [];
try {
  for (const [name, viewport] of Object.entries(SCREENS)) {
    for (const colorScheme of ["light", "dark"]) await checkPage(name, { viewport, colorScheme });
  }
} finally {
  await browser.close();
}
console.log(`Chromium ${browser.version()}, axe-core ${versionOf("axe-core")}: ${checks.join("; ")}`);

async function checkPage(name, options) {
  const what = `${name}, ${options.colorScheme}`;
  const context = await browser.newContext({ ...options, offline: true });
  const page = await context.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(PAGE);

  await explainsTheExample(page);
  await explainsWhatIsTyped(page);
  await explainsAFile(page);
  await saysWhatCannotBeRead(page);
  await clears(page);
  assert.deepEqual(errors, [], what);
  assert.deepEqual(requests, [PAGE], `${what}: nothing but the page was requested`);
  await cannotConnect(page);

  await page.getByRole("button", { name: "Fill in an example" }).click();
  await page.getByRole("button", { name: "Explain" }).click();
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= width, `${what}: the page is ${scroll} pixels wide on a screen of ${width}`);
  await mkdir(made("screenshots"), { recursive: true });
  const file = path.join(made("screenshots"), `playground-${name}-${options.colorScheme}.png`);
  await writeFile(file, await page.screenshot({ fullPage: true }));
  await context.close();
  await isAccessible(what, options);
  checks.push(what);
}

async function explainsTheExample(page) {
  // With the keyboard only.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "scheme");
  await page.getByRole("button", { name: "Fill in an example" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Secret, as the sender shows it").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Refused: signature_mismatch" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "report", "the focus moves to the report");
  await page.getByRole("heading", { name: "body_was_compact" }).waitFor();
  assert.match(await page.locator("#advice").textContent(), /Verify the bytes as they came/);
  const outcomes = await page.locator("#checks tr td:nth-of-type(1)").allTextContents();
  assert.deepEqual(outcomes, ["passed", "passed", "passed", "passed", "passed", "failed", "skipped", "skipped"]);
}

async function explain(page, { secret = SECRET, text, now = NOW }) {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Secret, as the sender shows it").fill(secret);
  if (text !== undefined) await page.getByLabel("Or paste it").fill(text);
  await page.getByLabel("When it arrived").fill(String(now));
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator("#report").waitFor();
}

async function explainsWhatIsTyped(page) {
  await explain(page, { text: rawRequest(body) });
  await page.getByRole("heading", { name: "Genuine" }).waitFor();
  await explain(page, { text: rawRequest(body), secret: `${SECRET} ` });
  await page.getByRole("heading", { name: "secret_white_space" }).waitFor();
  await page.getByLabel("Second secret").fill("another");
  await page.getByLabel("Show the secrets").check();
  assert.equal(await page.getByLabel("Second secret").getAttribute("type"), "text");
  const shown = await page.locator("#report").textContent();
  assert.ok(!shown.includes(SECRET), "the report shows no secret");
  const report = JSON.parse(await page.locator("#json").textContent());
  assert.deepEqual([report.code, report.causes.length], ["invalid_secret", 1]);
}

async function explainsAFile(page) {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Secret, as the sender shows it").fill(SECRET);
  await page.getByLabel("When it arrived").fill(String(NOW));
  const buffer = Buffer.concat([Buffer.from(rawRequest("")), Buffer.from(body), Buffer.from("\r\n")]);
  await page.getByLabel("A file with the raw request").setInputFiles({ name: "request.txt", mimeType: "text/plain", buffer });
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("heading", { name: "body_newline_added" }).waitFor();
  const chunked = rawRequest("").replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n");
  const bytes = Buffer.from(body);
  const chunks = [bytes.subarray(0, 9), bytes.subarray(9)].flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  const whole = Buffer.concat([Buffer.from(chunked), ...chunks, Buffer.from("0\r\n\r\n")]);
  await page.getByLabel("A file with the raw request").setInputFiles({ name: "request.txt", mimeType: "text/plain", buffer: whole });
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("heading", { name: "Genuine" }).waitFor();
}

async function saysWhatCannotBeRead(page) {
  await explain(page, { text: "not a request\n\n{}" });
  await page.getByRole("heading", { name: "The request cannot be read" }).waitFor();
  assert.match(await page.locator("#message").textContent(), /Line 1 is not a header/);
  await explain(page, { text: "X-Header: value" });
  assert.match(await page.locator("#message").textContent(), /no empty line/);
}

async function clears(page) {
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await page.getByLabel("Secret, as the sender shows it").inputValue(), "");
  assert.ok(await page.locator("#report").isHidden());
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

/** Checks the page with axe, with and without a report. The page's policy would not allow axe to be injected. */
async function isAccessible(what, options) {
  const context = await browser.newContext({ ...options, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(PAGE);
  await page.addScriptTag({ path: AXE });
  const violations = () =>
    page.evaluate(async () =>
      (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    );
  assert.deepEqual(await violations(), [], `${what}: the empty page`);
  await page.getByRole("button", { name: "Fill in an example" }).click();
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("heading", { name: "Refused: signature_mismatch" }).waitFor();
  await page.getByText("The report as JSON").first().click();
  assert.deepEqual(await violations(), [], `${what}: the page with a report`);
  await context.close();
}
