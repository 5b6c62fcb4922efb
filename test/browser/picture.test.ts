import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fixturesNow } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { openDashboard } from "./open-dashboard.ts";

const picture = path.join(import.meta.dirname, "../../docs/images/dashboard.png");

test("the picture of the README exists and is small; UPDATE_PICTURES=1 takes it anew", async () => {
  if (process.env.UPDATE_PICTURES === "1") {
    const browser = await launchChromium();
    try {
      await using opened = await openDashboard(browser, {
        at: "/rollouts/20",
        viewport: { width: 1280, height: 800 },
        now: fixturesNow,
      });
      const { page } = opened;
      await page.getByText("Error: no DATABASE_URL").first().waitFor();
      await page.evaluate("document.fonts.ready");
      await mkdir(path.dirname(picture), { recursive: true });
      await page.screenshot({ path: picture, animations: "disabled" });
    } finally {
      await browser.close();
    }
  }
  assert.ok((await stat(picture)).size < 200_000);
});
