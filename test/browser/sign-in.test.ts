import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { createWorld } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { assertAccessible, openDashboard } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

for (const fragment of ["#code=good-code", "#good-code"]) {
  test(`a code in the address (${fragment}) signs in, and is neither in the address bar nor sent in an address`, async () => {
    const world = createWorld({ signedIn: false });
    await using opened = await openDashboard(browser, { at: `/sign-in?next=%2Frollouts${fragment}`, world });
    const { page } = opened;
    await page.getByRole("heading", { level: 1, name: "Rollouts" }).waitFor();
    assert.ok(!page.url().includes("good-code"));
    assert.deepEqual(world.commands, [{ operation: "signIn", params: {}, body: { code: "good-code" } }]);
    await page.goBack();
    assert.ok(!page.url().includes("good-code"));
  });
}

test("a used code says so and how to get a new one; the new one in the same tab signs in", async () => {
  const world = createWorld({ signedIn: false });
  await using opened = await openDashboard(browser, { at: "/sign-in#code=used-code", world });
  const { page, served } = opened;
  await page.getByText("This sign-in code is not valid any more").waitFor();
  await page.getByRole("button", { name: "npx fairway open" }).waitFor();
  await assertAccessible(page, "used code");
  await page.goto(`${served.url}/sign-in#code=good-code`);
  await page.getByRole("heading", { level: 1, name: "Services" }).waitFor();
});

test("without a session every page leads to the sign-in and back to where one wanted to go", async () => {
  const world = createWorld({ signedIn: false });
  await using opened = await openDashboard(browser, { at: "/rollouts/18", world });
  const { page } = opened;
  await page.getByText("npx fairway open").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("next"), "/rollouts/18");
});

test("the way back leads to no other site", async () => {
  for (const next of ["https://example.com/", "//example.com/", "/\\example.com"]) {
    const world = createWorld({ signedIn: false });
    await using opened = await openDashboard(browser, {
      at: `/sign-in?next=${encodeURIComponent(next)}#code=good-code`,
      world,
    });
    const { page, served } = opened;
    await page.getByRole("heading", { level: 1, name: "Services" }).waitFor();
    assert.ok(page.url().startsWith(served.url));
  }
});

test("a session that ends while one looks leads to the sign-in", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { world });
  const { page } = opened;
  await page.getByText("prices-nightly").waitFor();
  world.signedIn = false;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Rollouts" }).click();
  await page.getByText("npx fairway open").waitFor();
});

test("signing out ends the session", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { world });
  const { page } = opened;
  await page.getByRole("button", { name: "Signed in as admin" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("npx fairway open").waitFor();
  assert.equal(world.signedIn, false);
});
