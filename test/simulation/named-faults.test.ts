/** Faults that have a name of their own: a cluster away in each phase, others who meddle, backups, the journal, empty manifests. */
import { describe, it } from "node:test";
import type { Trouble } from "@fairway/minicluster/simulation";
import type { Phase } from "@fairway/rollout";
import type { EngineFault } from "./engine-faults.ts";
import { type RunOptions, runStory } from "./run-story.ts";
import { makeRuns, type NamedRun } from "./runs.ts";
import { type Story, storyOf } from "./stories.ts";
import type { World, WorldKind } from "./world.ts";

const kinds: readonly WorldKind[] = ["memory", "simulated"];

/** Runs of this name over each kind of cluster. */
function named(
  name: string,
  story: Story,
  options: (kind: WorldKind) => Omit<RunOptions, "kind">,
  of: readonly WorldKind[] = kinds,
): readonly NamedRun[] {
  return of
    .filter((kind) => kind === "memory" || !story.memoryOnly)
    .map((kind) => ({
      seed: `${story.title}/${kind}/${name}`,
      where: kind,
      run: () => runStory(story, { kind, strict: false, ...options(kind) }),
    }));
}

/** Those that a story comes to when nothing hurts it. */
async function phasesOf(story: Story): Promise<readonly Phase[]> {
  const phases: Phase[] = ["prepare", "init", "db", "app", "balancing", "cleanup"];
  const seen = new Set<Phase>();
  const beside = (world: World): void => {
    for (const phase of phases) inPhase(world, phase, () => seen.add(phase));
  };
  await runStory(story, { kind: "memory", beside });
  return phases.filter((phase) => seen.has(phase));
}

/** Does it once, when the first rollout has come to this phase. */
function inPhase(world: World, phase: Phase, happen: () => void): void {
  let done = false;
  world.journal.onAppend((rollout) => {
    void world.viewOf(rollout).then((now) => {
      if (done || now.phase !== phase) return;
      done = true;
      happen();
    });
  });
}

/**
 * What somebody deletes behind a restore, or behind the last look at a release that is decided, is changed by hand: nothing
 * decides over it but a person who asks for a repair, and that brings it back.
 */
function repairedAfter(story: Story, release: string): Story {
  return { ...story, acts: [{ when: ({ endedAt }) => endedAt !== undefined, ask: release, how: { kind: "repair" } }] };
}

describe("a cluster that is away", () => {
  for (const title of ["replacement", "failing", "canary-replicas", "migration", "removal", "waves"]) {
    it(`from each phase on, is brought to the decision of ${title}`, async () => {
      const runs = (await phasesOf(storyOf(title))).flatMap((phase) =>
        [4_000, 45_000, 300_000].flatMap((milliseconds) =>
          ["alpha", "beta"].flatMap((cluster) =>
            named(`${cluster}-away-in-${phase}-for-${milliseconds}`, storyOf(title), () => ({
              beside: (world) => inPhase(world, phase, () => world.cut(cluster, milliseconds)),
            })),
          ),
        ),
      );
      await makeRuns(runs);
    });
  }
});

describe("an API that is put back to a backup", () => {
  const back: Trouble = { kind: "restore" };
  for (const title of ["replacement", "failing", "canary-replicas", "canary-failing"]) {
    it(`in the middle of ${title}, is brought to its decision`, async () => {
      const watched = true;
      const { apiCalls } = await runStory(storyOf(title), { kind: "simulated", watched });
      const runs = apiCalls.flatMap(({ cluster }, index) =>
        cluster !== "beta" || index % 9 !== 0
          ? []
          : named(
              `back-at-${index + 1}`,
              storyOf(title),
              () => ({
                apiFaults: [
                  { at: { cluster: "beta" }, what: { kind: "backup" } },
                  { at: index + 1, what: back },
                ],
                requestsMayFail: true,
                watched,
              }),
              ["simulated"],
            ),
      );
      await makeRuns(runs);
    });
  }

  const takeovers: Readonly<Record<string, EngineFault>> = {
    killed: { kind: "kill", when: "before", restart: "other" },
    paused: { kind: "pause", milliseconds: 40_000 },
  };
  for (const title of ["replacement", "failing", "canary-replicas"]) {
    it(`while another engine takes ${title} over, is brought to its decision`, async () => {
      const { calls } = await runStory(storyOf(title), { kind: "simulated" });
      const runs = Object.entries(takeovers).flatMap(([name, takeover]) =>
        calls.flatMap(({ on }, index) => {
          if (!on.startsWith("beta ") || index % 3 !== 1) return [];
          const faults: readonly EngineFault[] = [{ kind: "put-back", cluster: "beta" }, takeover];
          const engineFaults = faults.map((what) => ({ engine: 1, call: index + 1, what }));
          const options = () => ({ engineFaults, requestsMayFail: true });
          return named(`back-and-${name}-at-${index + 1}`, storyOf(title), options, ["simulated"]);
        }),
      );
      await makeRuns(runs);
    });
  }
});

describe("others who meddle", () => {
  const edits: Readonly<Record<string, Trouble>> = {
    "scales-by-hand": {
      ...{ kind: "edit", manager: "kubectl-edit", resource: "deployments", namespace: "user", name: "user-a" },
      patch: { spec: { replicas: 3 } },
    },
    "labels-the-service": {
      ...{ kind: "edit", manager: "kubectl-label", resource: "services", namespace: "user", name: "user" },
      patch: { metadata: { labels: { team: "checkout" } } },
    },
    "deletes-the-deployment": {
      ...{ kind: "edit", manager: "kubectl", resource: "deployments", namespace: "user", name: "user-a" },
      patch: null,
    },
    "annotates-pods-by-webhook": {
      ...{ kind: "mutate", resource: "pods" },
      patch: { metadata: { annotations: { "sidecar.example.com/inject": "true" } } },
    },
    "labels-deployments-by-webhook": {
      ...{ kind: "mutate", resource: "deployments" },
      patch: { metadata: { labels: { "policy.example.com/checked": "yes" } } },
    },
  };
  for (const [name, what] of Object.entries(edits)) {
    for (const title of ["replacement", "failing", "canary-replicas"]) {
      const isDeleted = name === "deletes-the-deployment";
      it(`${name} in the middle of ${title}`, async () => {
        const story = storyOf(title);
        const { apiCalls } = await runStory(story, { kind: "simulated" });
        const lastLook = title === "failing" ? -1 : apiCalls.findLastIndex(({ verb }) => verb === "watch");
        const runs = apiCalls.flatMap((_, index) =>
          index % 16 !== 3
            ? []
            : named(
                `${name}-at-${index + 1}`,
                isDeleted && index > lastLook ? repairedAfter(story, story.left ?? "one") : story,
                () => ({ apiFaults: [{ at: index + 1, what }], requestsMayFail: isDeleted }),
                ["simulated"],
              ),
        );
        await makeRuns(runs);
      });
    }
  }
});

describe("a release without objects", () => {
  it("is refused everywhere, and removes nothing", async () => {
    const story = storyOf("replacement");
    const releases = { ...story.releases, two: { clusters: [] } };
    const empty: Story = { ...story, releases, title: "empty", status: "refused", left: "one" };
    await makeRuns(named("no-manifests", empty, () => ({ strict: true })));
  });
});
