// The site's pages in a real browser: that each is readable at every width, light and dark, that the search works, and
// that nothing is asked of another host.
import assert from "node:assert/strict";
import { createReadStream, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { BASE } from "../lib/base.mjs";
import { BUILT } from "./support.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** In CSS pixels. */
const WIDTHS = [360, 768, 1280];

/** One page of each kind: the first, code and output, wide tables, wide output, what is generated. */
const PAGES = ["", "tutorials/node/", "senders/", "failures/", "reference/cli/", "reference/python/once/"];

const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Screenshots, to be looked at. */
const SHOTS = path.join(BUILT, "../screenshots");

let browser;
let server;
let origin;

before(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"];
  browser = await chromium.launch({ executablePath: process.env.HOOKSEAL_CHROMIUM, args });
});

after(async () => {
  await browser?.close();
  server.close();
});

/** As a host of static files answers: it knows folders, and nothing else. */
function answer(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const name = decodeURIComponent(pathname).replace(/\/$/, "/index.html");
  const file = path.join(BUILT, name.slice(BASE.length));
  if (!name.startsWith(BASE) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("Content-Type", KINDS[path.extname(file)] ?? "application/octet-stream");
  createReadStream(file).pipe(response);
}

/** A page of the site. Any error in it, and any request to another host, fails the test. */
async function open(t, address) {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin + BASE) && !request.url().startsWith("data:")) faults.push(request.url());
  });
  await page.goto(`${origin}${BASE}${address}`);
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults, []);
  });
  return page;
}

for (const address of PAGES) {
  test(`the page /${address} is readable at every width, in light and dark`, async (t) => {
    const page = await open(t, address);
    await page.addScriptTag({ path: AXE });
    mkdirSync(SHOTS, { recursive: true });
    for (const colorScheme of ["light", "dark"]) {
      // The theme follows the system until somebody chooses one.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const what = `${width} pixels, ${colorScheme}`;
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        await page.screenshot({ path: path.join(SHOTS, `${address.replaceAll("/", "-")}${width}-${colorScheme}.png`) });
        const violations = await page.evaluate(async () =>
          (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
        );
        assert.deepEqual(violations, [], what);
        const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
        assert.equal(scrolls, false, `${what}: only tables and code scroll sideways`);
      }
    }
  });
}

test("the search finds a page without any other server, with the keyboard alone", async (t) => {
  const page = await open(t, "");
  await page.locator("#starlight__search input").waitFor({ state: "attached" });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("rotate");
  await page.locator(".pagefind-ui__message", { hasText: /\d+ results? for rotate/ }).waitFor();
  await page.screenshot({ path: path.join(SHOTS, "search.png") });
  const result = page.locator(".pagefind-ui__result-link", { hasText: "Rotating a secret" }).first();
  await result.waitFor();
  await result.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Rotating a secret without losing a delivery" }).waitFor();
  assert.equal(new URL(page.url()).pathname, `${BASE}tutorials/rotation/`);
});

test("the search finds a name in the reference of each language", async (t) => {
  const names = { verifySignature: "typescript", verify_signature: "python", HasEnvelope: "go" };
  for (const [name, language] of Object.entries(names)) {
    const page = await open(t, "");
    await page.locator("#starlight__search input").waitFor({ state: "attached" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type(name);
    await page.locator(`.pagefind-ui__result-link[href*="/reference/${language}/"]`).first().waitFor();
  }
});

test("the menu opens on a phone, and the page that explains deliveries is a part of the site", async (t) => {
  const page = await open(t, "tutorials/node/");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.getByRole("button", { name: "Menu" }).click();
  await page.screenshot({ path: path.join(SHOTS, "menu-360.png") });
  await page.getByRole("link", { name: "Explain a delivery" }).click();
  await page.getByRole("button", { name: "Explain", exact: true }).waitFor();
});
