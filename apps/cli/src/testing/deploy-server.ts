import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import type { RolloutDetail } from "@fairway/api";
import { type FakeAnswer, type FakeServer, fakeServer } from "./fake-server.ts";
import { at, cluster, rollout } from "./rollout-detail.ts";

const before = { prepare: "done 0 0.4", init: "done 0.4 0.5" };
const through = { ...before, app: "done 0.5 4.7: 2/2", balancing: "done 4.7 4.8", cleanup: "done 4.8 5" };

/** A rollout that succeeds, as the stream tells it. */
export const success: readonly RolloutDetail[] = [
  rollout({
    status: "queued",
    clusters: [cluster("alpha", { prepare: "waiting" }), cluster("beta", { prepare: "waiting" })],
  }),
  rollout({ clusters: [cluster("alpha", { prepare: "done 0 0.2" }), cluster("beta", { prepare: "running 0" })] }),
  rollout({
    clusters: [
      cluster("alpha", { ...before, app: "done 0.5 3: 2/2" }),
      cluster("beta", { ...before, app: "running 0.5" }, { ready: 1 }),
    ],
  }),
  rollout({ status: "succeeded", endedAt: at(5), clusters: [cluster("alpha", through), cluster("beta", through)] }),
];

/** Events of a stream, numbered from `first`. */
export function eventsOf(details: readonly RolloutDetail[], first = 1): { id: string; data: RolloutDetail }[] {
  return details.map((detail, n) => ({ id: String(first + n), data: { ...detail, sequence: first + n } }));
}

export interface DeployServer extends FakeServer {
  /** Digests of the snapshots that arrived whole. */
  readonly snapshots: Set<string>;
  readonly idempotencyKeys: string[];
}

/** A server that takes a deploy of `user`; `follow` tells how it goes. */
export async function deployServer(
  test: TestContext,
  follow: (lastEventId: string | undefined) => FakeAnswer | Promise<FakeAnswer>,
  more: Parameters<typeof fakeServer>[1] = {},
): Promise<DeployServer> {
  const snapshots = new Set<string>();
  const idempotencyKeys: string[] = [];
  const server = await fakeServer(test, {
    platform: () => ({ value: { version: "0.1.0", environments: [{ name: "prod", clusters: ["alpha", "beta"] }] } }),
    headSnapshot: ({ params }) =>
      snapshots.has(String(params["digest"]))
        ? { value: undefined }
        : { problem: { code: "not-found", title: "No such snapshot", status: 404 } },
    putSnapshot: ({ params, content }) => {
      const tar = gunzipSync(content);
      const digest = `sha256:${createHash("sha256").update(tar).digest("hex")}`;
      if (digest !== params["digest"])
        return { problem: { code: "digest-mismatch", title: "The content is another one", status: 422 } };
      snapshots.add(digest);
      return { value: { digest, files: 1, bytes: tar.length } };
    },
    createRelease: ({ body }) =>
      snapshots.has(field(body, "snapshot"))
        ? { value: created(field(body, "snapshot")) }
        : { problem: { code: "snapshot-unknown", title: "The snapshot is not on the server", status: 422 } },
    createRollout: ({ body }) => {
      idempotencyKeys.push(field(body, "idempotencyKey"));
      return { value: rollout({ status: "queued" }) };
    },
    followRollout: ({ lastEventId }) => follow(lastEventId),
    ...more,
  });
  return { ...server, snapshots, idempotencyKeys };
}

function field(body: unknown, name: string): string {
  return String(
    typeof body === "object" && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : "",
  );
}

function created(snapshot: string) {
  return {
    release: {
      name: "7c41e0b8a402",
      service: "user",
      environment: "prod",
      snapshot,
      createdAt: at(0),
      actor: "admin",
      available: true,
      active: false,
    },
    previous: "5b02aa3d9e11",
    changes: ["image", "env LOG_LEVEL"],
    warnings: [],
  };
}
