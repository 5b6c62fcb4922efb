import assert from "node:assert/strict";
import { test } from "node:test";
import type { PushProgress } from "./image-client.ts";
import { pushProgress } from "./push-progress.ts";

test("layers are one figure: those that are there count as done, those being fetched do not yet", () => {
  const told: PushProgress[] = [];
  const tell = pushProgress((progress) => told.push(progress));
  const base = { kind: "layer", digest: "a", bytes: 50 } as const;
  const own = { kind: "layer", digest: "b", bytes: 10 } as const;
  tell({ kind: "compressing", bytes: 40, done: 20 });
  tell({ ...base, done: 0, state: "mounted" });
  tell({ ...own, done: 4, state: "sending" });
  tell({ kind: "waiting", milliseconds: 400, reason: "it asked to wait" });
  tell({ ...own, done: 10, state: "sent" });
  tell({ kind: "layer", digest: "c", bytes: 5, done: 5, state: "fetching" });
  assert.deepEqual(told, [
    { what: "compressing the snapshot", sent: 20, total: 40 },
    { what: "sending", sent: 50, total: 50 },
    { what: "sending", sent: 54, total: 60 },
    { what: "trying again: it asked to wait", sent: 54, total: 60 },
    { what: "sending", sent: 60, total: 60 },
    { what: "fetching the base image", sent: 60, total: 65 },
  ]);
});
