import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveEvent } from "@fairway/api";
import { createLiveEvents } from "./live-events.ts";

const service = (id: string): LiveEvent => ({ kind: "service", id, environment: "prod" });
const everything = async () => [service("all")];

test("a client that comes back hears what it missed, once, however often it changed", async () => {
  const live = createLiveEvents(everything);
  const signal = new AbortController().signal;
  const first = live.subscribe(undefined, signal);
  const next = first.next();
  live.publish(service("user"));
  const { value } = await next;
  assert.equal(value?.data.id, "user");
  await first.return(undefined);

  for (let i = 0; i < 5; i += 1) live.publish(service("orders"));
  live.publish(service("stock"));
  const again = live.subscribe(value?.id, signal);
  assert.deepEqual([(await again.next()).value?.data.id, (await again.next()).value?.data.id], ["orders", "stock"]);
});

test("an id that this process never gave begins with everything", async () => {
  const live = createLiveEvents(everything);
  for (const id of ["deadbeef-3", "nonsense", ""]) {
    const events = live.subscribe(id, new AbortController().signal);
    assert.equal((await events.next()).value?.data.id, "all");
  }
});

test("a client that was away for too long begins with everything, in bounded memory", async () => {
  const live = createLiveEvents(everything);
  const signal = new AbortController().signal;
  const early = live.subscribe(undefined, signal);
  const begin = early.next();
  live.publish(service("first"));
  const { value } = await begin;
  for (let i = 0; i < 3_000; i += 1) live.publish(service(`s${i}`));
  // A subscription that hears the newest one proves that all were told.
  const late = live.subscribe(undefined, signal);
  await late.next();
  assert.equal((await live.subscribe(value?.id, signal).next()).value?.data.id, "all");
});

test("an aborted subscription ends", async () => {
  const live = createLiveEvents(everything);
  const abort = new AbortController();
  const events = live.subscribe(undefined, abort.signal);
  const next = events.next();
  abort.abort();
  assert.equal((await next).done, true);
});
