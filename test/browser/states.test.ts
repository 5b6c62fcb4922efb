import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { fixturesNow, screenStates } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import {
  assertAccessible,
  assertNoSidewaysScroll,
  desktop,
  openDashboard,
  phone,
  takePicture,
} from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

for (const { name, path, world, shows } of screenStates) {
  test(`${name}: opens alone, in both themes and on a phone, without an error and accessible`, async () => {
    await using opened = await openDashboard(browser, { at: path, world: world(), now: fixturesNow });
    const { page, complaints } = opened;
    await page.getByText(shows).first().waitFor();
    await page.evaluate("document.fonts.ready");
    await takePicture(page, `${name}-light`);
    await assertAccessible(page, `${name}, light`);

    await page.emulateMedia({ colorScheme: "dark" });
    await takePicture(page, `${name}-dark`);
    await assertAccessible(page, `${name}, dark`);

    await page.setViewportSize(phone);
    await page.getByText(shows).first().waitFor();
    await takePicture(page, `${name}-phone-dark`);
    await assertAccessible(page, `${name}, phone`);
    await assertNoSidewaysScroll(page, `${name}, phone`);
    await page.emulateMedia({ colorScheme: "light" });
    await takePicture(page, `${name}-phone-light`);

    await page.setViewportSize({ width: 900, height: desktop.height });
    await assertNoSidewaysScroll(page, `${name}, tablet`);
    assert.deepEqual(complaints, []);
  });
}
