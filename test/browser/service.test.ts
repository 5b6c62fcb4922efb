import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  createWorld,
  logLines,
  releases,
  userAdopted,
  userAdopting,
  userChanged,
  userHealthy,
  userLeft,
  userNotBack,
} from "../../apps/dashboard/fixtures/index.ts";
import { launchChromium } from "./chromium.ts";
import { openDashboard } from "./open-dashboard.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

const line = (text: string, pod = "user-a-7c419d-x2k9d") => ({
  cluster: "alpha",
  pod,
  container: "app",
  release: releases.new,
  at: new Date().toISOString(),
  text,
});

/** Pixels between the last line and the end of what is seen. */
const toEnd = (page: Page) =>
  page
    .getByRole("log")
    .evaluate((log: { scrollHeight: number; scrollTop: number; clientHeight: number }) =>
      Math.round(log.scrollHeight - log.scrollTop - log.clientHeight),
    );

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("each tab has an address, and the tabs are reached by keys", async () => {
  await using opened = await openDashboard(browser, { at: "/services/user" });
  const { page } = opened;
  for (const [name, path, shows] of [
    ["Logs", "logs", "Before the last restart"],
    ["Events", "events", "BackOff"],
    ["Configuration", "configuration", "LOG_LEVEL"],
    ["Kubernetes", "kubernetes", "matchLabels"],
  ] as const) {
    await page.getByRole("navigation", { name: "Parts of user" }).getByRole("link", { name }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/services/user/${path}`));
    await page.getByText(shows).first().waitFor();
  }
  await page.goBack();
  await page.getByText("LOG_LEVEL").waitFor();
});

test("a broken service says first what is wrong, where, what it logged and what to do", async () => {
  await using opened = await openDashboard(browser, { at: "/services/user" });
  const { page } = opened;
  const diagnosis = page.getByRole("region", { name: "Diagnosis" });
  await diagnosis.getByText("the new release crashes when it starts").waitFor();
  await diagnosis.getByText("Error: no DATABASE_URL").waitFor();
  const top = (await diagnosis.boundingBox())?.y ?? 0;
  const cards = (await page.getByRole("article", { name: "Cluster alpha" }).boundingBox())?.y ?? 0;
  assert.ok(top < cards, "the diagnosis stands above the clusters");
});

test("pods are chosen by keys and show their details in place", async () => {
  await using opened = await openDashboard(browser, { at: "/services/user" });
  const { page } = opened;
  const beta = page.getByRole("article", { name: "Cluster beta" });
  const second = beta.getByRole("button", { name: /CrashLoopBackOff/ }).nth(1);
  const height = (await beta.boundingBox())?.height ?? 0;
  await second.focus();
  await beta.getByText("2 restarts").waitFor();
  assert.equal(await second.getAttribute("aria-pressed"), "true");
  const jump = ((await beta.boundingBox())?.height ?? 0) - height;
  assert.ok(Math.abs(jump) < 1, `nothing moves that an eye could see, it was ${jump} px`);
});

test("a command is copied by a click", async () => {
  await using opened = await openDashboard(browser, { at: "/services/user/logs" });
  const { page } = opened;
  await page.getByRole("button", { name: "fairway logs user -f" }).click();
  await page.getByText("Copied").first().waitFor({ state: "attached" });
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), "fairway logs user -f");
});

test("logs follow the newest line, yield to a person who scrolls up, and come back", async () => {
  const world = createWorld({ details: new Map([["user", userHealthy]]), log: logLines(200) });
  await using opened = await openDashboard(browser, { at: "/services/user/logs", world });
  const { page } = opened;
  await page.getByText("200 lines").waitFor();
  await until("the newest line is seen", async () => (await toEnd(page)) <= 2);
  world.logStream.push(line("a fresh line"));
  await page.getByText("a fresh line").waitFor();
  await until("it still follows", async () => (await toEnd(page)) <= 2);

  await page.getByRole("log").focus();
  await page.keyboard.press("PageUp");
  const newest = page.getByRole("button", { name: "Newest line" });
  await newest.waitFor();
  await until("it scrolled up", async () => (await toEnd(page)) > 100);
  for (let index = 0; index < 50; index += 1) world.logStream.push(line(`later ${index}`));
  await page.getByText("251 lines").waitFor();
  assert.ok((await toEnd(page)) > 100, "new lines do not take the place away");
  await newest.click();
  await page.getByText("later 49").waitFor();
});

test("logs pause with a count of what came meanwhile, are searched, and are narrowed to a pod in the address", async () => {
  const world = createWorld({ details: new Map([["user", userHealthy]]), log: logLines(60) });
  await using opened = await openDashboard(browser, { at: "/services/user/logs", world });
  const { page } = opened;
  await page.getByText("60 lines").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  world.logStream.push(line("while paused"));
  await page.getByText("Paused, 1 new line").waitFor();
  assert.equal(await page.getByText("while paused").count(), 0);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("while paused").waitFor();

  await page.getByLabel("Search the lines").fill("slow query");
  await page.getByText("10 lines").waitFor();
  assert.equal(await page.locator(".log-text mark").first().textContent(), "slow query");
  await page.waitForURL(/text=slow/);
  await page.getByLabel("Search the lines").fill("");

  const pod = userHealthy.pods[1]?.name ?? "";
  await page.getByLabel("Pod").selectOption(pod);
  await page.waitForURL(new RegExp(`pod=${pod}`));
  await page.getByRole("button", { name: `fairway logs user --pod ${pod} -f` }).waitFor();
});

test("an object of the cluster can be opened by its address and read as YAML", async () => {
  const at = "/services/user/kubernetes?cluster=beta&object=ConfigMap%2Fuser-4be1c09d2f";
  await using opened = await openDashboard(browser, { at });
  const { page } = opened;
  const yaml = page.getByRole("region", { name: "ConfigMap/user-4be1c09d2f in beta" });
  assert.equal(
    (await yaml.textContent())?.trimEnd(),
    [
      "apiVersion: v1",
      "kind: ConfigMap",
      "metadata:",
      "  name: user-4be1c09d2f",
      "  namespace: user",
      "immutable: true",
      "data:",
      "  LOG_LEVEL: debug",
      '  MULTILINE: "one\\ntwo"',
    ].join("\n"),
  );
});

test("what was changed by hand is told by field and by whom; one field is left to him, the others are taken back", async () => {
  const world = createWorld({ details: new Map([["user", userChanged]]) });
  await using opened = await openDashboard(browser, { at: "/services/user", world });
  const { page } = opened;
  const row = page.getByRole("row", { name: /spec\.replicas/ });
  assert.match(await row.innerText(), /\.spec\.replicas.*Deployment\/user-a.*kubectl-edit.*2.*5.*beta/s);
  await row.getByRole("button", { name: "Leave it" }).click();
  const question = page.getByRole("dialog", { name: "Leave .spec.replicas to kubectl-edit?" });
  await question.getByText("fairway drift keep user '.spec.replicas' --object Deployment/user-a").waitFor();
  await question.getByRole("button", { name: "Leave it", exact: true }).click();
  await row.waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByText("fairway drift repair user").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Take back", exact: true }).click();
  await page.waitForURL(/\/rollouts\/23$/);
  assert.deepEqual(
    world.commands.map(({ operation, body }) => [operation, Object(body).field]),
    [
      ["keepField", ".spec.replicas"],
      ["repairDrift", undefined],
    ],
  );
});

test("what was left to others is told with who has left it and when, and can be taken back field by field", async () => {
  const world = createWorld({ details: new Map([["user", userLeft]]) });
  await using opened = await openDashboard(browser, { at: "/services/user", world });
  const { page } = opened;
  const row = page.getByRole("row", { name: /spec\.replicas/ });
  assert.match(await row.innerText(), /\.spec\.replicas.*Deployment\/user-a.*olga.*2 h/s);
  await row.getByRole("button", { name: "Stop leaving it" }).click();
  const question = page.getByRole("dialog", { name: "Stop leaving .spec.replicas to others?" });
  await question.getByText("fairway drift keep user '.spec.replicas' --undo --object Deployment/user-a").waitFor();
  await question.getByRole("button", { name: "Stop leaving it", exact: true }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("row", { name: /DEBUG.*ivan/ }).waitFor();
  assert.deepEqual(
    world.commands.map(({ operation, body }) => [operation, body]),
    [["keepField", { environment: "prod", object: "Deployment/user-a", field: ".spec.replicas", kept: false }]],
  );
});

test("a service that is being adopted says beside what it stands, and, once requests have moved, how to decide", async () => {
  for (const [user, says, commands] of [
    [userAdopting, "It is on its way: Service user of namespace legacy.", ["status"]],
    [
      userAdopted,
      "Requests go to ours, and the old objects stand by: Service user of namespace legacy.",
      ["confirm", "undo"],
    ],
    [userNotBack, "alpha: there is no Deployment/user in namespace legacy", ["confirm", "undo"]],
  ] as const) {
    const world = createWorld({ details: new Map([["user", user]]) });
    await using opened = await openDashboard(browser, { at: "/services/user", world });
    const { page } = opened;
    await page.getByRole("heading", { name: "Being adopted" }).waitFor();
    await page.getByText(says).waitFor();
    const offered = await page.getByRole("button", { name: /fairway adopt/ }).allInnerTexts();
    assert.deepEqual(
      offered.map((text) => text.trim()),
      commands.map((command) => `fairway adopt ${command} user`),
    );
  }
});
