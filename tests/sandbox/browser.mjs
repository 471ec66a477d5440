// A browser for tests of pages, and what every page must be: readable, usable with a keyboard and on a phone.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before } from "node:test";

import { chromium } from "playwright-core";

// Set by `cargo xtask test sandbox`.
const executablePath = process.env.HOOKSEAL_CHROMIUM;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The widths that pages are looked at in, in CSS pixels. */
const WIDTHS = [360, 768, 1280];

let browser;

/** Starts the browser before the tests of a file, and closes it after them. */
export function useBrowser() {
  before(async () => {
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"] });
  });
  after(() => browser.close());
  return { newContext: (options) => browser.newContext(options), newPage: () => browser.newPage() };
}

/** What browsers report of an answer such as 400, which a test provokes, and of a server that ends before its page. */
const EXPECTED = /^Failed to load resource: (the server responded with a status of 4|net::ERR_)/;

/** A page at this address. Any error in it, or message of one in the console, fails the test. */
export async function openPage(t, url, options = {}) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) errors.push(message.text());
  });
  await page.goto(url);
  t.after(() => assert.deepEqual(errors, []));
  return page;
}

/** Checks the page as it is now at every width, light and dark, and takes screenshots. It needs `bypassCSP`. */
export async function isReadable(page, name) {
  await page.addScriptTag({ path: AXE });
  await mkdir("screenshots", { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const what = `${name}, ${width} pixels, ${colorScheme}`;
      await page.screenshot({ path: `screenshots/${name}-${width}-${colorScheme}.png`, fullPage: true });
      const violations = await page.evaluate(async () =>
        (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      );
      assert.deepEqual(violations, [], what);
      assert.deepEqual(await page.evaluate(cutOff), [], `${what}: nothing is cut off`);
      if (width === 360) assert.deepEqual(await page.evaluate(tooSmall), [], `${what}: fingers hit every control`);
    }
  }
}

/** What is wider than the screen. Runs in the page. */
function cutOff() {
  const width = document.documentElement.clientWidth;
  const wide = (element) => element.getBoundingClientRect().right > width + 0.5 && element.checkVisibility();
  return [...document.body.querySelectorAll("*:not(.unseen)")].filter(wide).map(({ outerHTML }) => outerHTML.slice(0, 120));
}

/** The controls that are smaller than 44 pixels. Runs in the page. */
function tooSmall() {
  const controls = document.body.querySelectorAll("button, select, textarea, summary, input:not([type=checkbox])");
  const isSmall = (element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5;
  return [...controls].filter(isSmall).map(({ outerHTML }) => outerHTML.slice(0, 120));
}
