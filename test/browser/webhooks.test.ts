import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { createWorld } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { assertAccessible, openDashboard, takePicture } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

test("a webhook is added, its secret shown this once, and it is tried", async () => {
  const world = createWorld({ webhooks: [] });
  await using opened = await openDashboard(browser, { at: "/webhooks", world });
  const { page } = opened;
  await page.getByLabel("Address").fill("https://chat.example.com/hooks/deploys");
  for (const event of ["started", "waiting", "done"]) await page.getByRole("checkbox", { name: event }).uncheck();
  await page
    .getByText("fairway webhook add https://chat.example.com/hooks/deploys --events failed,rolled-back")
    .waitFor();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("whsec_c2VjcmV0IG9mIHRoZSBmaXh0dXJlcw").waitFor();
  await page.getByText("It is not shown again").waitFor();
  await takePicture(page, "webhook-added-light");
  await assertAccessible(page, "added");
  assert.deepEqual(world.commands[0]?.body, {
    url: "https://chat.example.com/hooks/deploys",
    events: ["failed", "rolled-back"],
  });
  await page.getByRole("link", { name: "Send a test" }).click();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("Taken with 204.").waitFor();
  await page.getByRole("link", { name: "Webhooks" }).first().click();
  await page.getByRole("link", { name: "https://chat.example.com/hooks/deploys" }).waitFor();
  assert.equal(await page.getByText("whsec_").count(), 0);
});

test("an address that is refused says why and stays to be mended", async () => {
  const world = createWorld();
  world.troubles.set("addWebhook", {
    ...{ type: "about:blank", title: "The address has a user or a password in it", status: 422 },
    ...{ code: "webhook-url-not-valid", hint: "leave them out" },
  });
  await using opened = await openDashboard(browser, { at: "/webhooks", world });
  const { page } = opened;
  await page.getByLabel("Address").fill("https://me:word@example.com/");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("leave them out").waitFor();
  assert.equal(await page.getByLabel("Address").inputValue(), "https://me:word@example.com/");
});

test("one that fails says why in each message; a test that is not taken too; it is removed after one question", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/webhooks/2", world });
  const { page } = opened;
  await page.getByText("no answer within 10 s, after 3 tries; tried again by itself").waitFor();
  await page.getByText("answered 500, after 10 tries").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("Not taken: no answer within 10 s.").waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("dialog").getByText("fairway webhook remove 2").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.waitForURL(/\/webhooks$/);
  await page.getByText("tickets.example.com").waitFor({ state: "detached" });
});
