import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { cluster, createWorld, retiring } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { assertAccessible, openDashboard, phone, takePicture } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

test("a service is found and opened from anywhere by keys alone", async () => {
  await using opened = await openDashboard(browser, { at: "/clusters" });
  const { page } = opened;
  await page.getByText("gamma").first().waitFor();
  for (const key of ["/", "Control+k"]) {
    await page.keyboard.press(key);
    await page.locator("input[role=combobox]:focus").waitFor();
    await page.keyboard.type("s");
    await page.getByRole("option", { name: "search" }).waitFor();
    await takePicture(page, "search-light");
    await assertAccessible(page, "search");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("option", { name: "shop", selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "shop" }).waitFor();
  }
});

test("tab order begins with a link that skips the navigation; a new page takes the focus", async () => {
  await using opened = await openDashboard(browser);
  const { page } = opened;
  await page.getByText("prices-nightly").waitFor();
  await page.keyboard.press("Tab");
  await page.locator("a.skip:focus").waitFor();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Rollouts" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Rollouts" }).waitFor();
  await page.locator("main:focus").waitFor();
});

test("the theme follows the system until one is chosen, and the choice is kept without a flash", async () => {
  await using opened = await openDashboard(browser, { colorScheme: "dark" });
  const { page } = opened;
  const ground = () => page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
  await page.getByText("prices-nightly").waitFor();
  const dark = await ground();
  await page.getByRole("button", { name: /^Theme: system/ }).click();
  await page.getByRole("button", { name: /^Theme: light/ }).waitFor();
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload({ waitUntil: "commit" });
  await page.getByRole("button", { name: /^Theme: light/ }).click();
  assert.equal(await ground(), dark);
});

test("a lost connection says how old the page is, without moving it, and goes when it is back", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { world });
  const { page, served } = opened;
  await page.getByText("prices-nightly").waitFor();
  const row = page.locator(".service-row", { hasText: "cart" });
  const place = await row.boundingBox();
  await served.stop();
  await page.getByText("Connection lost").waitFor();
  await page.getByText(/What you see is from .+ Trying again/).waitFor();
  await takePicture(page, "stale-light");
  await assertAccessible(page, "stale");
  assert.deepEqual(await row.boundingBox(), place);
  world.services = world.services.map((service) =>
    service.name === "cart" ? { ...service, health: "degraded", trouble: "since it was lost" } : service,
  );
  // The page's own next try gets no answer, so that only the button can bring it back.
  const stream = "**/v1/events*";
  const held = Promise.withResolvers<void>();
  let tries = 0;
  await page.route(stream, async (route) => {
    tries += 1;
    held.resolve();
    if (tries > 1) await route.continue();
  });
  await held.promise;
  await served.start();
  await page.getByRole("button", { name: "Try now" }).click();
  await page.getByText("Connection lost").waitFor({ state: "detached" });
  await row.getByText("since it was lost").waitFor();
});

test("a failed page is tried again by its button", async () => {
  const world = createWorld();
  world.troubles.set("listClusters", {
    type: "about:blank",
    title: "The server failed",
    status: 500,
    code: "internal",
    hint: "Look into the server's log.",
  });
  await using opened = await openDashboard(browser, { at: "/clusters", world });
  const { page } = opened;
  await page.getByText("Look into the server's log.").waitFor();
  world.troubles.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("gamma").first().waitFor();
});

test("an embedded cluster is stopped after one question, and started again", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/clusters", world });
  const { page } = opened;
  const beta = page.getByRole("article", { name: "Cluster beta" });
  await beta.getByRole("button", { name: "Stop" }).click();
  const question = page.getByRole("dialog", { name: "Stop beta?" });
  await question.getByText("fairway cluster stop beta").waitFor();
  await assertAccessible(page, "question");
  await takePicture(page, "question-light");
  await question.getByRole("button", { name: "Stop the cluster" }).click();
  await beta.getByText("Stopped", { exact: true }).waitFor();
  await beta.getByRole("button", { name: "Start" }).click();
  await page.getByRole("button", { name: "Start the cluster" }).click();
  await beta.getByText("Reachable").waitFor();
  assert.deepEqual(
    world.commands.map(({ operation, params }) => `${operation} ${params.cluster}`),
    ["stopCluster beta", "startCluster beta"],
  );
});

test("a cluster that is being removed says so, who asked for it, and how to take that back", async () => {
  const world = createWorld({ clusters: [cluster("alpha"), retiring] });
  await using opened = await openDashboard(browser, { at: "/clusters", world });
  const beta = opened.page.getByRole("article", { name: "Cluster beta" });
  await beta.getByText("Retiring").waitFor();
  await beta.getByText(/Is being removed, asked for by anna/).waitFor();
  await beta.getByRole("button", { name: "fairway cluster remove beta --cancel" }).waitFor();
});

test("an environment of several is chosen once and stays while one walks", async () => {
  await using opened = await openDashboard(browser, { world: createWorld({ environments: ["prod", "staging"] }) });
  const { page } = opened;
  await page.getByLabel("Environment").selectOption("staging");
  await page.waitForURL(/environment=staging/);
  const asked = page.waitForRequest(/\/v1\/rollouts\?.*environment=staging/);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Rollouts" }).click();
  await asked;
  await page.waitForURL(/environment=staging/);
});

test("on a phone the navigation is a bar at the bottom, within reach of a thumb", async () => {
  await using opened = await openDashboard(browser, { viewport: phone });
  const { page } = opened;
  const bar = await page.getByRole("navigation", { name: "Main" }).boundingBox();
  assert.ok(bar !== null && bar.y + bar.height === phone.height);
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Clusters" });
  assert.ok(((await link.boundingBox())?.height ?? 0) >= 44);
  await link.click();
  await page.getByText("gamma").first().waitFor();
});
