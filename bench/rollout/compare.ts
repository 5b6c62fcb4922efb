import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { writeChart } from "../helm-chart.ts";
import { type Row, spreadRow } from "../measure.ts";
import { nextChange } from "./deployment-times.ts";
import { appToml, environment, type RolloutWorld } from "./world.ts";

const rounds = 8;

/** One way to bring a change of a service out. */
interface Tool {
  /** Of the tool, and of the service that it brings out. */
  readonly name: "ours" | "trio" | "helm" | "kubectl";
  /** What comes before is not measured: files are written. Gives what a person types. */
  readonly change: (round: number) => Promise<() => Promise<unknown>>;
}

/** Milliseconds of one turn. */
interface Turn {
  /** All that a person waits for. */
  readonly whole: number;
  /** From the last write of the Deployment until all its pods are new and available. */
  readonly own: number;
  /** Of a rollout by Fairway: from its creation to its end. */
  readonly rollout: number;
}

/** The same change of the same objects, by turns: by Fairway to one cluster and to three, by Helm, and by kubectl. */
export async function compare(world: RolloutWorld): Promise<readonly Row[]> {
  const tools = toolsOf(world);
  const turns: Record<Tool["name"], Turn[]> = { ours: [], trio: [], helm: [], kubectl: [] };
  for (let round = 0; round <= rounds; round += 1) {
    // Each goes first as often as last: what else the machine does hits all of them.
    for (const tool of round % 2 === 0 ? tools : tools.toReversed()) {
      const turn = await timed(world, tool, round);
      if (process.env["SHOW"] !== undefined) console.error(round, tool.name, turn);
      // The first one makes the service; the later ones replace its pods, which is what happens every day.
      if (round > 0) turns[tool.name].push(turn);
    }
  }
  const { ours, trio, helm, kubectl } = turns;
  const whole = (of: readonly Turn[]) => of.map((turn) => turn.whole);
  const beside = (of: readonly Turn[]) => of.map((turn) => turn.whole - turn.own);
  const [upgrade, apply] = ["`helm upgrade --wait`", "`kubectl apply` and `rollout status`"];
  const own = "the API's own time for it";
  return [
    spreadRow("rollout: `fairway deploy`", whole(ours), upgrade, whole(helm), "no slower"),
    spreadRow("rollout: `fairway deploy`", whole(ours), apply, whole(kubectl), "no slower"),
    spreadRow("rollout: beside the API's own time", beside(ours), `${upgrade}, beside it`, beside(helm), ""),
    spreadRow("rollout: beside the API's own time", beside(ours), `${apply}, beside it`, beside(kubectl), ""),
    spreadRow(
      "rollout: the engine's share, from creation to end",
      ours.map((turn) => turn.rollout - turn.own),
      own,
      ours.map((turn) => turn.own),
      "at most 0.10",
    ),
    spreadRow("rollout: three clusters", whole(trio), "one of them", whole(ours), "at most 1.20"),
  ];
}

/**
 * Waits until a second by the clock is so far gone, 0 to 1. Kubernetes keeps the time since which a pod is ready in whole seconds, and
 * so a pod counts as available, and the next one goes, with the beginning of a second. Who begins early in one waits longer for the same
 * end: each tool begins as often at each moment of it.
 */
async function untilSecond(part: number): Promise<void> {
  await pause((part * 1_000 - (Date.now() % 1_000) + 1_000) % 1_000);
}

async function timed({ cluster, one, three }: RolloutWorld, tool: Tool, round: number): Promise<Turn> {
  const go = await tool.change(round);
  const changed = await nextChange(cluster.client, { namespace: tool.name, name: `${tool.name}-a` });
  await untilSecond((round % rounds) / rounds);
  const begin = performance.now();
  await go();
  const whole = performance.now() - begin;
  const { written, complete } = await changed();
  const { items } = await (tool.name === "trio" ? three : one).client.listRollouts({
    query: { service: tool.name, limit: 1 },
  });
  const [newest] = items;
  const rollout = newest === undefined ? Number.NaN : Date.parse(newest.endedAt ?? "") - Date.parse(newest.createdAt);
  return { whole, own: complete - written, rollout };
}

function toolsOf({ image, one, three, folder, write, helm, kubectl }: RolloutWorld): readonly Tool[] {
  const written = (name: string, round: number) => write(name, appToml({ name, image, round }));
  /** The objects as Fairway would apply them. */
  const rendered = async (name: string, round: number) => one.fairway(0, "render", await written(name, round));
  return [
    {
      name: "ours",
      async change(round) {
        const at = await written("ours", round);
        return () => one.fairway(0, "deploy", at, "--env", environment);
      },
    },
    {
      name: "helm",
      async change(round) {
        const chart = path.join(folder, "chart");
        await rm(chart, { recursive: true, force: true });
        await writeChart(chart, "helm", await rendered("helm", round));
        // Its book-keeping lies elsewhere: the namespace is one of the objects.
        return () => helm("upgrade", "--install", "helm", chart, "--namespace", "default", "--wait");
      },
    },
    {
      name: "kubectl",
      async change(round) {
        const file = path.join(folder, "objects.yaml");
        await writeFile(file, await rendered("kubectl", round));
        return async () => {
          await kubectl("apply", "-f", file);
          await kubectl("rollout", "status", "deployment/kubectl-a", "--namespace", "kubectl");
        };
      },
    },
    {
      name: "trio",
      async change(round) {
        const at = await written("trio", round);
        return () => three.fairway(0, "deploy", at, "--env", environment);
      },
    },
  ];
}
