import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { createWorld, failed, measured, releases, running, userHealthy } from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { openDashboard } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const cell = (page: Page, cluster: string, phase: string) =>
  page.locator("tbody", { has: page.getByRole("rowheader", { name: cluster }) }).locator(`[data-phase=${phase}]`);

test("a rollout fills its cells as it goes, says so aloud, and nothing below it moves", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/rollouts/19", world });
  const { page } = opened;
  await cell(page, "beta", "app").getByText("1/2").waitFor();
  await page.getByText("waiting for readiness of user-a-7c419d-q7fwn").waitFor();
  await page.locator(".pod-half").waitFor();
  const before = await page.getByRole("rowheader", { name: "beta" }).boundingBox();

  const [alpha, beta] = running.clusters;
  assert.ok(alpha !== undefined && beta !== undefined);
  const { suspect: _, ...well } = beta;
  const done = {
    ...well,
    ready: 2,
    pods: beta.pods.map((pod) => ({ ...pod, ready: true })),
    phases: { ...beta.phases, app: { status: "done", detail: "2/2" } as const },
  };
  world.rolloutStates.push({ ...running, sequence: 13, clusters: [alpha, done] });
  await cell(page, "beta", "app").getByText("2/2").waitFor();
  await page.getByText("waiting for readiness").waitFor({ state: "detached" });
  assert.equal(await page.locator(".pod-half").count(), 0);
  assert.deepEqual(await page.getByRole("rowheader", { name: "beta" }).boundingBox(), before);

  const ended = {
    ...running,
    status: "succeeded",
    phase: "cleanup",
    sequence: 14,
    endedAt: new Date().toISOString(),
    clusters: [alpha, done].map((cluster) => ({
      ...cluster,
      converged: true,
      phases: { ...cluster.phases, balancing: { status: "done" }, cleanup: { status: "done" } } as const,
    })),
  } as const;
  world.rolloutStates.push({ ...ended, clusters: [...ended.clusters] });
  world.rolloutStates.end();
  await page.getByText("serves in alpha and beta").waitFor();
  await page.getByRole("status").filter({ hasText: "Rollout 19 of user: succeeded" }).waitFor({ state: "attached" });
});

test("a connection that breaks during a rollout is made again, and the state is the newest", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/rollouts/19", world });
  const { page } = opened;
  await cell(page, "beta", "app").getByText("1/2").waitFor();
  world.rollouts.set(19, { ...running, sequence: 20, status: "restoring", reason: "beta: crashes when it starts" });
  world.rolloutStates.break();
  await page.getByText("is being restored").waitFor();
});

test("a failure shows its cause beside the cell, the last log lines, what to do, and what serves now", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/rollouts/19", world });
  const { page } = opened;
  await page.getByText("is under way").waitFor();
  // First a suspicion, with what the process said, while the other cluster's row stays where it is.
  const place = await page.getByRole("rowheader", { name: "beta" }).boundingBox();
  const crash = failed.causes[0];
  assert.ok(crash !== undefined);
  world.rolloutStates.push({
    ...running,
    sequence: 30,
    clusters: running.clusters.map((cluster) => ({
      ...cluster,
      suspect: { ...crash, cluster: cluster.name, severity: "likely" },
    })),
  });
  const suspects = page.getByRole("article", { name: /probable cause/ });
  await suspects.first().getByText("Error: no DATABASE_URL").waitFor();
  assert.deepEqual(await page.getByRole("rowheader", { name: "beta" }).boundingBox(), place);

  world.rolloutStates.push({ ...failed, number: 19, sequence: 40 });
  world.rolloutStates.end();
  await cell(page, "beta", "app").getByText("0/2").waitFor();
  await page.locator(".rollout-grid").getByText("crashes when it starts").waitFor();
  const cause = page.getByRole("article", { name: /^cause/ });
  await cause.getByText("Error: no DATABASE_URL").waitFor();
  await cause.getByText("exit code 3").waitFor();
  await cause.getByText("set it again, then deploy").waitFor();
  await cause
    .getByRole("button", { name: `fairway logs user --release ${releases.new.slice(0, 6)} --previous` })
    .waitFor();
  assert.equal(await page.getByText(/Restored, on release 5b02aa/).count(), 2);
  await page.getByText("Release 5b02aa serves in alpha and beta, as before.").waitFor();
});

test("the code of a cause, and that of a finding, lead to what it means and what helps", async () => {
  await using opened = await openDashboard(browser, { at: "/rollouts/20" });
  const { page } = opened;
  await page.getByRole("link", { name: "CrashLoop" }).click();
  await page.getByRole("heading", { level: 1, name: "CrashLoop" }).waitFor();
  await page.getByText("A service must listen on $PORT and not return.").waitFor();
  await page.goto(`${opened.served.url}/rollouts/21`);
  await page.getByRole("link", { name: "ClusterUnreachable" }).click();
  await page.getByText("fairway clusters says since when").waitFor();
  await page.getByRole("link", { name: "Causes" }).click();
  await page.getByRole("link", { name: "AnalysisFailed" }).waitFor();
});

test("roll back asks once, shows the command, posts it once and leads to the new rollout", async () => {
  const world = createWorld({ details: new Map([["user", userHealthy]]) });
  await using opened = await openDashboard(browser, { at: "/rollouts/18", world });
  const { page } = opened;
  await page.getByRole("button", { name: "Roll back" }).click();
  const question = page.getByRole("dialog", { name: "Roll back user?" });
  await question.getByText("fairway rollback user").waitFor();
  assert.equal(world.commands.length, 0);
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  assert.equal(world.commands.length, 0);

  await page.getByRole("button", { name: "Roll back" }).click();
  await question.getByRole("button", { name: "Roll back" }).click();
  await page.waitForURL(/\/rollouts\/23$/);
  await page.getByRole("heading", { name: /Rollout 23/ }).waitFor();
  assert.equal(world.commands.length, 1);
  const [command] = world.commands;
  assert.ok(command !== undefined);
  assert.equal(command.operation, "createRollout");
  const { idempotencyKey, ...body } = command.body as Record<string, unknown>;
  assert.deepEqual(body, { service: "user", environment: "prod", release: "previous", kind: "rollback" });
  assert.match(String(idempotencyKey), /^[0-9a-f]{32}$/);
});

test("a refused rollback says why and can be tried again with the same key", async () => {
  const world = createWorld({ details: new Map([["user", userHealthy]]) });
  world.troubles.set("createRollout", {
    type: "about:blank",
    title: "Another rollout of user is under way",
    status: 409,
    code: "rollout-active",
    hint: "Wait until rollout 22 has ended.",
  });
  await using opened = await openDashboard(browser, { at: "/services/user", world });
  const { page } = opened;
  await page.getByRole("button", { name: "Roll back" }).click();
  const question = page.getByRole("dialog");
  await question.getByRole("button", { name: "Roll back" }).click();
  await question.getByText("Wait until rollout 22 has ended.").waitFor();
  world.troubles.clear();
  await question.getByRole("button", { name: "Roll back" }).click();
  await page.waitForURL(/\/rollouts\/23$/);
  const keys = world.commands.map(({ body }) => (body as { idempotencyKey: string }).idempotencyKey);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

test("commands that a rollout would accept are buttons; what cannot be taken back asks once, with the command line's words", async () => {
  const world = createWorld();
  await using opened = await openDashboard(browser, { at: "/rollouts/24", world });
  const { page } = opened;
  await page.getByTitle("fairway pause user").click();
  await page.getByRole("button", { name: "Promote" }).click();
  const question = page.getByRole("dialog");
  await question.getByText("fairway promote user").waitFor();
  await question.getByRole("button", { name: "Promote", exact: true }).click();
  await question.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Abort" }).click();
  await question.getByText(`Every cluster goes back to release ${releases.old.slice(0, 6)}.`).waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  assert.deepEqual(
    world.commands.map(({ operation, params, body }) => [operation, params.number, Object(body).command]),
    [
      ["commandRollout", "24", { type: "pause" }],
      ["commandRollout", "24", { type: "promote" }],
    ],
  );
  // Both clusters answer, and it is not paused.
  assert.equal(await page.getByRole("button", { name: /Resume|without/ }).count(), 0);
});

test("a refused command says why, and the question stays", async () => {
  const world = createWorld();
  world.troubles.set("commandRollout", {
    type: "about:blank",
    title: "The rollout does not do that: the new release is decided",
    status: 409,
    code: "command-refused",
  });
  await using opened = await openDashboard(browser, { at: "/rollouts/24", world });
  const { page } = opened;
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("dialog").getByText("the new release is decided").waitFor();
});

test("a canary shows its steps, shares, measurements, migration, and who told it what", async () => {
  await using opened = await openDashboard(browser, { at: "/rollouts/24" });
  const { page } = opened;
  const steps = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  await steps.first().waitFor();
  assert.equal(await steps.count(), 4);
  assert.match(await steps.nth(1).innerText(), /20 %\s+Holding/);
  await cell(page, "beta", "balancing").getByText("20 %", { exact: true }).waitFor();
  await page.getByRole("img", { name: /^rate\(http_errors.*at most 0.01; 24 values/ }).waitFor();
  await page.getByText("the database is at 0042").waitFor();
  await page.getByText("refused: routers are still taking the share of 20 %").waitFor();
});

test("a rollout without steps shows what is measured while its wave is looked at, and no shares", async () => {
  const world = createWorld({ rollouts: new Map([[measured.number, measured]]) });
  await using opened = await openDashboard(browser, { at: `/rollouts/${measured.number}`, world });
  const { page } = opened;
  await page.getByRole("heading", { name: "Measured" }).waitFor();
  await page.getByRole("img", { name: /^rate\(http_errors.*: 0\.003, at most 0\.01; 4 values$/ }).waitFor();
  assert.equal(await page.getByRole("list", { name: "Share of requests by cluster" }).count(), 0);
});

test("a finished rollout is replayed along its time, entry by entry, and is then as it ended again", async () => {
  await using opened = await openDashboard(browser, { at: "/rollouts/20" });
  const { page } = opened;
  const line = page.getByRole("slider", { name: "Replay" });
  await line.focus();
  for (let back = 0; back < 4; back += 1) await page.keyboard.press("ArrowLeft");
  await page.getByText("beta: the new release crashes when it starts").waitFor();
  await page.getByText("Phase app is under way").waitFor();
  assert.equal(await page.getByText("Restored, on release").count(), 0);
  const box = await line.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width - 8, box.y + box.height / 2);
  await page.mouse.click(box.x + 8, box.y + box.height / 2);
  await page.getByText("Phase prepare is under way").waitFor();
  await page.getByRole("button", { name: "To the end" }).click();
  await page.getByText("Restored, on release").first().waitFor();
});
