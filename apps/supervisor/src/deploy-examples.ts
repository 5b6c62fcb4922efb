import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ApiProblem, type Client } from "@fairway/api";
import { buildSnapshot, compressSnapshot } from "@fairway/images";
import { parseAppToml } from "@fairway/spec";
import type { Terminal } from "./terminal.ts";

/** How long one example's rollout may take before the start goes on without it. */
const rolloutLimit = 120_000;

/** Deploys every folder with an app.toml, all at once, as `fairway deploy` does. Failures are shown, never thrown. */
export async function deployExamples(
  folder: string,
  client: Client,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = await foldersWithAppToml(folder);
  const deployed = await Promise.all(
    names.map(async (name) => {
      const step = terminal.begin(name);
      try {
        const note = await deploy(join(folder, name), client, signal);
        step.done(note);
        return [name];
      } catch (error) {
        if (signal.aborted) return [];
        step.failed(reasonOf(error));
        return [];
      }
    }),
  );
  return deployed.flat();
}

async function foldersWithAppToml(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) =>
        access(join(folder, name, "app.toml")).then(
          () => [name],
          () => [],
        ),
      ),
  );
  return found.flat().sort();
}

async function deploy(folder: string, client: Client, signal: AbortSignal): Promise<string> {
  const appToml = await readFile(join(folder, "app.toml"), "utf8");
  const parsed = parseAppToml(appToml);
  if (!parsed.ok) throw new Error(parsed.issues[0]?.message ?? "app.toml is not valid");
  const { name, base } = parsed.value;
  const snapshot = await buildSnapshot({
    folder,
    engine: base.engine.name,
    command: base.build.command,
    exclude: base.build.exclude,
    signal,
  });
  try {
    const params = { digest: snapshot.digest };
    if (!(await client.headSnapshot({ params, signal }))) {
      await client.putSnapshot({ params, content: compressSnapshot(snapshot.tarPath), signal });
    }
    const { release } = await client.createRelease({ body: { appToml, snapshot: snapshot.digest }, signal });
    if (release.active) return "unchanged";
    const { number } = await client.createRollout({
      // The same example at the next start is another attempt, so the key is new each time.
      body: { service: name, release: release.name, idempotencyKey: `start-${release.name}-${Date.now()}` },
      signal,
    });
    return await followToEnd(client, number, AbortSignal.any([signal, AbortSignal.timeout(rolloutLimit)]));
  } finally {
    await snapshot.remove();
  }
}

async function followToEnd(client: Client, number: number, signal: AbortSignal): Promise<string> {
  for await (const { data } of client.followRollout({ params: { number }, signal })) {
    if (data.status === "succeeded") return "deployed";
    if (data.status === "failed" || data.status === "refused") {
      throw new Error(`rollout ${number} ${data.status}: ${data.reason ?? "see npx fairway rollouts"}`);
    }
  }
  throw new Error(`rollout ${number} did not end`);
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiProblem) return [error.message, error.hint].filter(Boolean).join("; ");
  return error instanceof Error ? error.message : String(error);
}
