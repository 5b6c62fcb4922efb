import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { openDashboard } from "./open-dashboard.ts";
import { dist } from "./serve-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

/** Compressed bytes of JavaScript that a first visit may load. */
const bound = 180_000;

test("the first load of the services page stays small", async () => {
  await using opened = await openDashboard(browser, { at: "/clusters" });
  const { page } = opened;
  await page.getByText("gamma").first().waitFor();
  const scripts = new Set<string>();
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.add(new URL(request.url()).pathname);
  });
  await page.goto(`${opened.served.url}/services`);
  await page.getByText("prices-nightly").waitFor();
  await page.waitForLoadState("load");
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(await readFile(path.join(dist, script))).length;
  console.log(`first load: ${(bytes / 1000).toFixed(1)} kB of compressed JavaScript in ${scripts.size} files`);
  assert.ok(bytes > 50_000, "the scripts were seen at all");
  assert.ok(bytes < bound, `${bytes} bytes`);
});

test("the built pages hold no inline script or style and no fixture", async () => {
  const html = await readFile(path.join(dist, "index.html"), "utf8");
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/);
  assert.doesNotMatch(html, /<style|style=/);
  await assert.rejects(readFile(path.join(dist, "states.html")));
});
