import { type Scope, startPlatform, writeService } from "../test/e2e/platform.ts";
import { median, type Row } from "./measure.ts";

const rounds = 5;

const appToml = (round: number) => `
name = "timed"
replicas = 2

[engine]
name = "node"

[env]
ROUND = "${round}"
`;
const index = `
import { createServer } from "node:http";
const server = createServer((request, response) => response.end("ok"));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`;

/** `fairway deploy` of a changed service to two clusters, against the time in which its own pods become ready. */
export async function deploy(scope: Scope): Promise<readonly Row[]> {
  const platform = await startPlatform(scope);
  const totals: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const folder = await writeService(platform, "timed", { "app.toml": appToml(round), "index.js": index });
    const begin = performance.now();
    const { code, stdout, stderr } = await platform.fairway(["deploy", folder]);
    if (code !== 0) throw new Error(stdout + stderr);
    const total = performance.now() - begin;
    // The first one creates the service; the later ones replace pods, which is what happens every day.
    if (round === 0) continue;
    totals.push(total);
    waits.push(await appPhase(platform.client));
  }
  const total = median(totals);
  const wait = median(waits);
  return [
    {
      what: "a deploy, whole command",
      milliseconds: total,
      peer: "its pods getting ready (phase app)",
      peerMilliseconds: wait,
      bound: "",
    },
    {
      what: "our share of a deploy",
      milliseconds: total - wait,
      peer: "the whole command",
      peerMilliseconds: total,
      bound: "",
    },
  ];

  async function appPhase(client: typeof platform.client): Promise<number> {
    const { items } = await client.listRollouts({ query: { service: "timed", limit: 1 } });
    const detail = await client.getRollout({ params: { number: items[0]?.number ?? 0 } });
    const times = detail.clusters.flatMap(({ phases }) => {
      const app = phases["app"];
      return app?.startedAt && app.endedAt ? [Date.parse(app.endedAt) - Date.parse(app.startedAt)] : [];
    });
    return Math.max(...times);
  }
}
