import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Journal, LeaseLost, type Outcome, SequenceConflict } from "@fairway/rollout";
import { openStore, type Store, StoreError } from "@fairway/store";
import { temporaryDatabase } from "@fairway/store/testing";
import { database, left, right } from "./two-stores.ts";

const minute = 60_000;
const both: readonly Store[] = [left, right];
let made = 0;

describe("two servers that start at once", () => {
  it("make the tables once", async () => {
    const done = await database.query("select name, count(*)::int as times from migrations group by name");
    assert.ok(done.length > 0);
    for (const { name, times } of done) assert.equal(times, 1, `${name} was done ${times} times`);
  });

  it("do so again and again on fresh databases", async () => {
    for (let round = 0; round < 3; round += 1) {
      const fresh = await temporaryDatabase(process.env["DATABASE_URL"] ?? "");
      const stores = await Promise.all(both.map(() => openStore({ databaseUrl: fresh.url })));
      await Promise.all(stores.map((store) => store.services.ensure("user")));
      await Promise.all(stores.map((store) => store.close()));
      await fresh.drop();
    }
  });
});

describe("two engines and one lease", () => {
  it("one of many that ask at once gets it, with the next epoch, every time", async () => {
    const service = fresh();
    for (let round = 1; round <= 10; round += 1) {
      const asked = Array.from({ length: 8 }, (_, index) =>
        journalOf(both[index % 2]).acquire("prod", service, `engine-${index}`, minute),
      );
      const got = (await Promise.all(asked)).filter((lease) => lease !== undefined);
      assert.equal(got.length, 1);
      assert.equal(got[0]?.epoch, round);
      if (got[0] !== undefined) await journalOf(right).release(got[0]);
    }
  });

  it("one that was paused past its lease writes nothing any more", async () => {
    const { service, rollout } = await begin();
    const mine = await take(left, service, "engine-left", 100);
    await expiry(service);
    const theirs = await take(right, service, "engine-right");
    await journalOf(right).append(rollout, 0, "theirs", theirs);
    await assert.rejects(journalOf(left).append(rollout, 0, "mine", mine), LeaseLost);
    await assert.rejects(journalOf(left).append(rollout, 1, "mine", mine), LeaseLost);
    await assert.rejects(journalOf(left).finish(rollout, 1, "mine", mine, end("r1")), LeaseLost);
    assert.deepEqual(await bodies(rollout), ["theirs"]);
    assert.equal(await journalOf(left).active("prod", service), undefined);
  });

  it("nobody takes the lease between the check of a write and its commit", async () => {
    const { service, rollout } = await begin();
    const mine = await take(left, service, "engine-left", minute);
    // A transaction that stands where `append` stands after its check.
    await database.query("begin");
    await database.query(`select * from leases where service = '${service}' for update`);
    // Looked at from the start: the answer may come before that of the commit.
    const refused = assert.rejects(
      journalOf(left).append(rollout, 0, "mine", mine),
      LeaseLost,
      "its lease had expired when it came to look",
    );
    await blocked(1);
    await database.query(`update leases set expires_at = clock_timestamp() where service = '${service}'`);
    const taking = journalOf(right).acquire("prod", service, "engine-right", minute);
    await blocked(2);
    await database.query("commit");
    await refused;
    const theirs = await taking;
    assert.equal(theirs?.epoch, mine.epoch + 1);
    assert.deepEqual(await bodies(rollout), []);
  });

  it("a write and a taking at the same moment leave one order, never both", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { service, rollout } = await begin();
      const mine = await take(left, service, "engine", minute);
      // The same owner after a restart takes over at once, while its former self is still writing.
      const [write, taken] = await Promise.allSettled([
        journalOf(left).append(rollout, 0, "former", mine),
        journalOf(right).acquire("prod", service, "engine", minute),
      ]);
      assert.equal(taken.status, "fulfilled");
      const lease = taken.status === "fulfilled" ? taken.value : undefined;
      assert.ok(lease);
      const seen = await journalOf(right).read(rollout);
      if (write.status === "fulfilled") assert.deepEqual(seen.length, 1);
      else assert.ok(write.reason instanceof LeaseLost, String(write.reason));
      await assert.rejects(journalOf(left).append(rollout, seen.length, "late", mine), LeaseLost);
      await journalOf(right).append(rollout, seen.length, "new", lease);
    }
  });

  it("entries of two writers have no gap and no double", async () => {
    const { service, rollout } = await begin();
    const lease = await take(left, service, "engine");
    const write = async (store: Store, name: string) => {
      for (let done = 0; done < 15; ) {
        const newest = (await journalOf(store).read(rollout)).at(-1)?.sequence ?? 0;
        try {
          await journalOf(store).append(rollout, newest, name, lease);
          done += 1;
        } catch (error) {
          assert.ok(error instanceof SequenceConflict, String(error));
        }
      }
    };
    await Promise.all([write(left, "left"), write(right, "right")]);
    const records = await journalOf(left).read(rollout);
    assert.deepEqual(
      records.map((one) => one.sequence),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    assert.equal(records.filter((one) => one.body === "left").length, 15);
  });

  it("one of two ends counts", async () => {
    const { service, rollout } = await begin();
    const lease = await take(left, service, "engine");
    const ends = await Promise.allSettled([
      journalOf(left).finish(rollout, 0, "end", lease, end("r1")),
      journalOf(right).finish(rollout, 0, "end", lease, end("r2")),
    ]);
    const winner = ends.findIndex((one) => one.status === "fulfilled");
    assert.deepEqual(ends.map((one) => one.status).toSorted(), ["fulfilled", "rejected"]);
    assert.equal((await journalOf(left).active("prod", service))?.release, winner === 0 ? "r1" : "r2");
  });
});

describe("two servers and one request", () => {
  it("a key gives one rollout", async () => {
    const service = fresh();
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, index) => journalOf(both[index % 2]).create(request(service), `key-${service}`)),
    );
    assert.equal(new Set(made.map((one) => one.number)).size, 1);
  });

  it("a new service gets one number, other services others", async () => {
    const names = Array.from({ length: 6 }, fresh);
    const records = await Promise.all(names.flatMap((name) => both.map((store) => store.services.ensure(name))));
    assert.equal(new Set(records.map((one) => `${one.name} ${one.number}`)).size, names.length);
    assert.equal(new Set(records.map((one) => one.number)).size, names.length);
  });
});

describe("a connection that breaks", () => {
  it("loses no news: what was appended meanwhile is told after the reconnect", { timeout: 20_000 }, async () => {
    const { service, rollout } = await begin();
    const lease = await take(left, service, "engine");
    const heard = Promise.withResolvers<void>();
    const listening = "query like 'listen %' or query = 'select 1'";
    const before = await database.query(
      `select pid from pg_stat_activity where application_name = 'fairway' and datname = current_database() and (${listening})`,
    );
    assert.equal(before.length, 2, "one listener for each server");
    // The news goes out while nobody listens.
    await database.query("begin");
    await database.query("lock table rollout_entries in exclusive mode");
    const appending = journalOf(left).append(rollout, 0, "news", lease);
    await blocked(1);
    for (const { pid } of before) await database.query(`select pg_terminate_backend(${Number(pid)})`);
    const stop = journalOf(right).onAppend((number) => {
      if (number === rollout) heard.resolve();
    });
    await database.query("commit");
    await appending;
    await heard.promise;
    stop();
  });

  it("is replaced: calls fail as unreachable at most, and work again", async () => {
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fairway' and datname = current_database()",
    );
    const end = Date.now() + 10_000;
    for (;;) {
      try {
        await left.services.ensure("after");
        break;
      } catch (error) {
        assert.ok(error instanceof StoreError, String(error));
        assert.equal(error.code, "unreachable");
        assert.ok(Date.now() < end, "the store did not recover");
      }
    }
  });
});

describe("a database that lets nobody in", () => {
  it("is an error without the password", async () => {
    const url = new URL(database.url);
    url.password = encodeURIComponent("wr@ng/p?ss");
    const error = await openStore({ databaseUrl: url.href }).catch((caught: unknown) => caught);
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "refused");
    assert.doesNotMatch(error.message + String(error.stack) + JSON.stringify(error.cause), /wr@ng|wr%40ng/);
  });

  it("names a database that is not there", async () => {
    const url = new URL(database.url);
    url.pathname = "/absent";
    await assert.rejects(openStore({ databaseUrl: url.href }), {
      name: "StoreError",
      code: "refused",
      message: /absent/,
    });
  });
});

function fresh(): string {
  made += 1;
  return `service-${made}`;
}

function journalOf(store: Store | undefined): Journal<string> {
  assert.ok(store);
  return store.journal<string>();
}

function request(service: string) {
  return {
    environment: "prod",
    service,
    from: undefined,
    to: "r1",
    strategy: "rolling",
    kind: "deploy",
    actor: "admin",
  } as const;
}

async function begin(): Promise<{ readonly service: string; readonly rollout: number }> {
  const service = fresh();
  const { number } = await journalOf(left).create(request(service), service);
  return { service, rollout: number };
}

async function take(store: Store, service: string, owner: string, ttl = minute) {
  const lease = await journalOf(store).acquire("prod", service, owner, ttl);
  assert.ok(lease);
  return lease;
}

function end(release: string): Outcome {
  return { status: "succeeded", active: { release, slot: "a" }, reason: undefined, converging: [] };
}

async function bodies(rollout: number): Promise<readonly string[]> {
  return (await journalOf(right).read(rollout)).map((one) => one.body);
}

/** Waits on the database's clock until a lease is over. */
async function expiry(service: string): Promise<void> {
  await database.query(
    `select pg_sleep(extract(epoch from greatest(max(expires_at) - clock_timestamp(), interval '0'))) from leases where service = '${service}'`,
  );
}

/** Waits until so many of the stores' statements wait for a lock. */
async function blocked(count: number): Promise<void> {
  const limit = Date.now() + 10_000;
  for (;;) {
    // The view is frozen within a transaction unless it is told to look again.
    await database.query("select pg_stat_clear_snapshot()");
    const waiting = await database.query(
      "select pid from pg_stat_activity where application_name = 'fairway' and datname = current_database() and wait_event_type = 'Lock'",
    );
    if (waiting.length >= count) return;
    assert.ok(Date.now() < limit, `${waiting.length} of ${count} statements wait for a lock`);
  }
}
