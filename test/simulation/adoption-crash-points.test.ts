/** Every write of an adoption's record and every call of its acts to a cluster is a point at which a server may be hurt. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cluster } from "@fairway/rollout";
import { type AdoptionStory, runAdoption, type ServerFault } from "./run-adoption.ts";
import { makeRuns, type NamedRun } from "./runs.ts";

/** At each call, or only at those that write. */
const hurts: readonly { readonly what: ServerFault; readonly reads: boolean }[] = [
  { what: "killed-before", reads: true },
  { what: "killed-after", reads: false },
  { what: "answer-lost", reads: false },
  { what: "refused", reads: true },
  { what: "paused", reads: true },
];

const stories: readonly (AdoptionStory & { readonly title: string })[] = [
  { title: "taken-and-undone", namespace: "shop", decisions: ["undo"] },
  { title: "taken-and-confirmed", namespace: "shop", decisions: ["confirm"] },
  {
    title: "taken-and-confirmed-for-want-of-the-old",
    namespace: "shop",
    decisions: ["undo", "confirm"],
    withoutOld: true,
  },
  { title: "mirrored-and-undone", namespace: "legacy", decisions: ["undo"] },
  { title: "mirrored-and-confirmed", namespace: "legacy", decisions: ["confirm"] },
  {
    title: "mirrored-and-confirmed-for-want-of-the-old",
    ...{ namespace: "legacy", decisions: ["undo", "confirm"], withoutOld: true },
  },
];

async function runsOf({ title, ...story }: (typeof stories)[number]): Promise<readonly NamedRun[]> {
  const calls = await runAdoption(story);
  return hurts.flatMap(({ what, reads }) =>
    calls.flatMap((writes, index): readonly NamedRun[] => {
      if (!writes && !reads) return [];
      const call = index + 1;
      return [
        { seed: `${title}/${what}/${call}`, where: "memory", run: () => runAdoption(story, { fault: { call, what } }) },
      ];
    }),
  );
}

describe("a server that is hurt at any call of an adoption", () => {
  for (const story of stories) it(`ends ${story.title} as was decided`, async () => makeRuns(await runsOf(story)));
});

describe("an adoption without", () => {
  const mutations: readonly {
    readonly title: string;
    readonly through: (cluster: Cluster) => Cluster;
    readonly found: RegExp;
  }[] = [
    {
      title: "deletes",
      through: (cluster) => ({ ...cluster, delete: async () => undefined }),
      found: /still not so after/,
    },
    {
      title: "slices that bridge",
      through: (cluster) => ({
        ...cluster,
        apply: async (object, ...rest) => (object.kind === "EndpointSlice" ? object : cluster.apply(object, ...rest)),
      }),
      found: /requests meet nothing/,
    },
  ];
  for (const { title, through, found } of mutations)
    it(`${title} is found`, async () => {
      for (const namespace of ["shop", "legacy"] as const)
        await assert.rejects(runAdoption({ namespace, decisions: ["confirm"] }, { through }), found);
    });
});
