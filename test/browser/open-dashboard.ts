import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { createWorld, type World } from "../../apps/dashboard/fixtures/index.ts";
import { type Served, serveDashboard } from "./serve-dashboard.ts";

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

const pictures = process.env.TEST_PICTURES ?? path.join(import.meta.dirname, "../../test-results");

export interface Opened {
  readonly page: Page;
  readonly world: World;
  readonly served: Served;
  /** What the console and the page complained about since it was opened. */
  readonly complaints: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a page of the dashboard over a world of its own. Requests that a test lets fail are no complaint of the page. */
export async function openDashboard(
  browser: Browser,
  {
    at = "/services",
    world = createWorld(),
    viewport = desktop,
    colorScheme = "light",
    now,
  }: {
    readonly at?: string;
    readonly world?: World;
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly colorScheme?: "light" | "dark";
    /** Holds the page's time still, so that pictures do not differ by it. */
    readonly now?: number;
  } = {},
): Promise<Opened> {
  const served = await serveDashboard(world);
  let context: BrowserContext | undefined;
  try {
    context = await browser.newContext({
      viewport,
      colorScheme,
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "UTC",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
    page.on("console", (message: ConsoleMessage) => {
      if (["error", "warning"].includes(message.type()) && !isFailedRequest(message)) complaints.push(message.text());
    });
    if (now !== undefined) await page.clock.setFixedTime(now);
    await page.goto(`${served.url}${at}`);
    const opened = context;
    return {
      page,
      world,
      served,
      complaints,
      async [Symbol.asyncDispose]() {
        await opened.close();
        await served.stop();
      },
    };
  } catch (error) {
    await context?.close();
    await served.stop();
    throw error;
  }
}

/** Chromium itself reports a 4xx, a 5xx and a refused connection in the console. */
function isFailedRequest(message: ConsoleMessage): boolean {
  return message.text().startsWith("Failed to load resource") || message.text().startsWith("the event stream ended");
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails with what axe-core finds against WCAG 2.2 A and AA. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const violations = await page.evaluate<readonly Violation[]>(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }).then((result) => result.violations)",
  );
  const words = violations.flatMap(({ id, help, nodes }) => [
    `${what}: ${id}: ${help}`,
    ...nodes
      .slice(0, 3)
      .map(({ html, failureSummary }) => `    ${html.slice(0, 200)}\n    ${failureSummary.replaceAll("\n", " ")}`),
  ]);
  assert.equal(words.join("\n"), "");
}

/** Writes a picture of what is on the screen. */
export async function takePicture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name}.png`), animations: "disabled", caret: "hide" });
}

/** Nothing stands wider than the screen. */
export async function assertNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const tooWide = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assert.ok(tooWide <= 0, `${what}: the page is ${tooWide} pixels wider than the screen`);
}
