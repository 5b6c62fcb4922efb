import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { createWorld, fleetHalted, fleetRunning } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { assertAccessible, openDashboard } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

test("a fleet rollout goes on before one's eyes; what failed stands on top with its cause", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/fleets/4", world });
  const { page } = opened;
  await page.getByText("5 of 14 services are through.").waitFor();
  await page.getByRole("link", { name: "#33" }).waitFor();
  world.fleetStates.push(fleetHalted);
  await page.getByText("Halted: 1 service failed: user (rollout 20).").waitFor();
  const cause = page.getByRole("article", { name: /crashes when it starts/ });
  await cause.getByText("Error: no DATABASE_URL").waitFor();
  const top = async (of: typeof cause) => (await of.boundingBox())?.y ?? 0;
  assert.ok((await top(cause)) < (await top(page.getByRole("table"))));
  await page.getByRole("link", { name: "rollout #20" }).click();
  await page.waitForURL(/\/rollouts\/20$/);
});

test("pause is sent at once; going on past a failure, and the end, are asked once with the command's words", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/fleets/4", world });
  const { page } = opened;
  await page.getByTitle("fairway fleet pause").click();
  await page.getByText("Paused: no other service begins.").waitFor();
  world.fleetStates.push(fleetHalted);
  await page.getByText("Halted: 1 service failed").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  const question = page.getByRole("dialog");
  await question.getByText("It goes on past user: only failures from now on count.").waitFor();
  await question.getByText("fairway fleet resume").waitFor();
  await assertAccessible(page, "question");
  await question.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await question.getByRole("button", { name: "Cancel" }).click();
  assert.deepEqual(
    world.commands.map(({ operation, body }) => [operation, body]),
    [
      ["commandFleet", { command: { type: "pause" } }],
      ["commandFleet", { command: { type: "resume" } }],
    ],
  );
});

test("a refused command says why", async () => {
  const world = createWorld();
  const title = "Fleet rollout 4 is done";
  world.troubles.set("commandFleet", { type: "about:blank", title, status: 409, code: "command-refused" });
  await using opened = await openDashboard(browser, { at: "/fleets/4", world });
  await opened.page.getByRole("button", { name: "Pause" }).click();
  await opened.page.getByRole("dialog").getByText(title).waitFor();
});

test("one begins after its preview, as carefully as one says, and leads to itself", async () => {
  const world = createWorld({ fleets: [] });
  await using opened = await openDashboard(browser, { at: "/fleets", world });
  const { page } = opened;
  await page.getByRole("link", { name: "Start a fleet rollout" }).click();
  await page.getByText("2 services would change, and 1 of them replaces its pods.").waitFor();
  await page.getByText("NetworkPolicy/user .spec.egress").waitFor();
  assert.equal(world.commands.filter(({ operation }) => operation === "startFleet").length, 0);
  await page.getByLabel("Rollouts at a time, at most").fill("4");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const question = page.getByRole("dialog");
  await question.getByText("fairway fleet start --parallel 4").waitFor();
  await question.getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/fleets\/5$/);
  const sent = world.commands.find(({ operation }) => operation === "startFleet");
  assert.deepEqual(sent?.body, { environment: "prod", parallel: 4, stopAfter: 1 });
});

test("the list shows a fleet rollout that somebody else begins", async () => {
  const world = createWorld({ fleets: [] });
  await using opened = await openDashboard(browser, { at: "/fleets", world });
  const { page } = opened;
  await page.getByText("No fleet rollout yet").waitFor();
  world.fleets = [fleetRunning];
  world.events.push({ kind: "fleet", id: "prod", environment: "prod" });
  await page.getByRole("article", { name: "Fleet rollout 4" }).getByText("7 Waiting").waitFor();
  assert.equal(await page.getByRole("link", { name: "Start a fleet rollout" }).count(), 0);
});
