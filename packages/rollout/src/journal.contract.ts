import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Journal, Lease, Outcome, RolloutHeader } from "./ports.ts";
import { LeaseLost, SequenceConflict } from "./ports.ts";

/** What the suite writes; the adapter must give it back as it was. */
export interface ContractBody {
  readonly type: string;
  readonly note?: string;
  readonly list?: readonly number[];
}

/** One empty journal, seen from two processes. */
export interface JournalHarness {
  readonly journal: Journal<ContractBody>;
  /** Another handle on the same data, as a second process has it. */
  readonly other: Journal<ContractBody>;
  /** Lets so much time pass on the clock by which leases expire. */
  elapse(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

const long = 60_000;
const short = 200;
const environment = "prod";

/**
 * Registers the cases that every `Journal` adapter passes. Waits at most a few hundred milliseconds where the adapter
 * keeps time by a real clock.
 *
 * @param name Shown in the test report.
 * @param make A fresh, empty journal for each case.
 */
export function journalContract(name: string, make: () => Promise<JournalHarness>): void {
  const each = (title: string, body: (harness: JournalHarness) => Promise<void>): void => {
    it(title, async () => {
      const harness = await make();
      try {
        await body(harness);
      } finally {
        await harness.close();
      }
    });
  };

  describe(`journal contract: ${name}`, () => {
    each("numbers rollouts and keeps their headers", async ({ journal, other }) => {
      const first = await journal.create(request("user"), "key-1");
      const second = await journal.create({ ...request("shop"), from: "aaa", to: undefined, kind: "removal" }, "key-2");
      assert.ok(second.number > first.number);
      assert.ok(!Number.isNaN(Date.parse(first.createdAt)));
      assert.equal(first.from, undefined);
      assert.deepEqual(await other.header(first.number), first);
      assert.deepEqual(await other.header(second.number), second);
      assert.equal((await other.header(second.number))?.to, undefined);
      assert.equal(await journal.header(second.number + 1000), undefined);
    });

    each("gives the same rollout for the same key, also when asked at the same time", async ({ journal, other }) => {
      const both = await Promise.all([journal.create(request("user"), "key"), other.create(request("user"), "key")]);
      assert.deepEqual(both[0], both[1]);
      assert.deepEqual(await journal.create({ ...request("user"), to: "another" }, "key"), both[0]);
      assert.equal((await journal.unfinished()).length, 1);
    });

    each("appends in sequence and reads from anywhere", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      const one = await journal.append(rollout, 0, { type: "one", note: "ä \u{1f6a2}", list: [1, 2] }, lease);
      const two = await journal.append(rollout, 1, { type: "two" }, lease);
      assert.deepEqual([one.sequence, two.sequence], [1, 2]);
      assert.equal(one.rollout, rollout);
      assert.equal(one.epoch, lease.epoch);
      assert.ok(!Number.isNaN(Date.parse(one.at)));
      assert.deepEqual(one.body, { type: "one", note: "ä \u{1f6a2}", list: [1, 2] });
      assert.deepEqual(await other.read(rollout), [one, two]);
      assert.deepEqual(await other.read(rollout, 1), [two]);
      assert.deepEqual(await other.read(rollout, 2), []);
    });

    each("refuses an entry that is not behind the newest one", async ({ journal }) => {
      const { rollout, lease } = await begin(journal);
      await journal.append(rollout, 0, { type: "one" }, lease);
      await assert.rejects(journal.append(rollout, 0, { type: "again" }, lease), SequenceConflict);
      await assert.rejects(journal.append(rollout, 5, { type: "gap" }, lease), SequenceConflict);
      assert.equal((await journal.read(rollout)).length, 1);
    });

    each("lets one of two entries for the same place win", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      const results = await Promise.allSettled([
        journal.append(rollout, 0, { type: "left" }, lease),
        other.append(rollout, 0, { type: "right" }, lease),
      ]);
      assert.deepEqual(results.map((one) => one.status).toSorted(), ["fulfilled", "rejected"]);
      assert.equal((await journal.read(rollout)).length, 1);
    });

    each("keeps the entries of rollouts apart", async ({ journal }) => {
      const user = await begin(journal, "user");
      const shop = await begin(journal, "shop");
      await journal.append(user.rollout, 0, { type: "user" }, user.lease);
      const first = await journal.append(shop.rollout, 0, { type: "shop" }, shop.lease);
      assert.equal(first.sequence, 1);
      assert.deepEqual(
        (await journal.read(user.rollout)).map((one) => one.body.type),
        ["user"],
      );
    });

    each("gives a lease to one owner at a time", async ({ journal, other }) => {
      const mine = await acquire(journal, "user", "engine-1");
      assert.equal(mine.owner, "engine-1");
      assert.equal(await other.acquire(environment, "user", "engine-2", long), undefined);
      await acquire(other, "shop", "engine-2");
      assert.ok(await other.acquire("staging", "user", "engine-2", long), "another environment is another lease");
    });

    each("lets the same owner take its lease again, with a new epoch", async ({ journal }) => {
      const { rollout, lease: before } = await begin(journal);
      const after = await acquire(journal, "user", before.owner);
      assert.ok(after.epoch > before.epoch);
      await assert.rejects(journal.append(rollout, 0, { type: "late" }, before), LeaseLost);
      assert.equal(await journal.renew(before, long), undefined);
      await journal.append(rollout, 0, { type: "new" }, after);
    });

    each("gives an expired lease to another owner and fences the old one", async ({ journal, other, elapse }) => {
      const { rollout, lease: mine } = await begin(journal, "user", short);
      await elapse(short + 50);
      await assert.rejects(journal.append(rollout, 0, { type: "expired" }, mine), LeaseLost);
      const theirs = await acquire(other, "user", "engine-2");
      assert.ok(theirs.epoch > mine.epoch);
      assert.equal(await journal.renew(mine, long), undefined);
      await assert.rejects(journal.append(rollout, 0, { type: "late" }, mine), LeaseLost);
      await assert.rejects(journal.finish(rollout, 0, { type: "late" }, mine, succeeded("bbb")), LeaseLost);
      await journal.release(mine);
      assert.equal(await journal.acquire(environment, "user", "engine-3", long), undefined, "not theirs to free");
      assert.equal((await other.append(rollout, 0, { type: "ours" }, theirs)).epoch, theirs.epoch);
    });

    each("renews many leases at the same time, and none that was lost", async ({ journal, other }) => {
      const names = ["user", "shop", "cart", "mail", "auth"];
      const mine = await Promise.all(names.map((name) => acquire(journal, name, "engine-1")));
      const taken = await acquire(other, "cart", "engine-1");
      const [absent] = mine.map((lease) => ({ ...lease, environment: "staging" }));
      assert.ok(absent);
      const asked = [...mine, ...mine, taken, absent];
      const renewed = await Promise.all(asked.map((lease) => journal.renew(lease, 2 * long)));
      const told = renewed.map((lease) => (lease === undefined ? "lost" : `${lease.service} ${lease.epoch}`));
      const each = mine.map(({ service, epoch }) => (service === "cart" ? "lost" : `${service} ${epoch}`));
      assert.deepEqual(told, [...each, ...each, `cart ${taken.epoch}`, "lost"]);
      for (const lease of renewed) assert.ok(lease === undefined || lease.expiresAt > taken.expiresAt);
    });

    each("keeps a renewed lease beyond its first end", async ({ journal, other, elapse }) => {
      const { rollout, lease: mine } = await begin(journal, "user", short);
      const renewed = await journal.renew(mine, long);
      assert.ok(renewed);
      assert.equal(renewed.epoch, mine.epoch);
      assert.ok(renewed.expiresAt > mine.expiresAt);
      await elapse(short + 50);
      assert.equal(await other.acquire(environment, "user", "engine-2", long), undefined);
      await journal.append(rollout, 0, { type: "still mine" }, renewed);
    });

    each("frees a released lease at once; epochs go on growing", async ({ journal, other }) => {
      const mine = await acquire(journal, "user", "engine-1");
      await journal.release(mine);
      const theirs = await acquire(other, "user", "engine-2");
      assert.ok(theirs.epoch > mine.epoch);
    });

    each("refuses an entry under the lease of another service", async ({ journal }) => {
      const { rollout } = await begin(journal, "user");
      const foreign = await acquire(journal, "shop", "engine-1");
      await assert.rejects(journal.append(rollout, 0, { type: "foreign" }, foreign), LeaseLost);
      assert.deepEqual(await journal.read(rollout), []);
    });

    each("finishes a rollout: last entry, outcome and what is active, together", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      await journal.append(rollout, 0, { type: "one" }, lease);
      assert.equal(await journal.active(environment, "user"), undefined);
      const last = await journal.finish(rollout, 1, { type: "end" }, lease, succeeded("bbb"));
      assert.equal(last.sequence, 2);
      assert.deepEqual(await other.active(environment, "user"), { release: "bbb", slot: "a" });
      assert.equal(await other.active("staging", "user"), undefined);
      assert.deepEqual(await other.unfinished(), []);
      assert.equal((await other.read(rollout)).length, 2);
      await assert.rejects(journal.append(rollout, 2, { type: "late" }, lease), SequenceConflict);
      await assert.rejects(journal.finish(rollout, 2, { type: "late" }, lease, succeeded("ccc")), SequenceConflict);
      assert.deepEqual(await other.active(environment, "user"), { release: "bbb", slot: "a" });
    });

    each("takes what is active from the rollout that finished last", async ({ journal }) => {
      const first = await begin(journal);
      await journal.finish(first.rollout, 0, { type: "end" }, first.lease, succeeded("bbb"));
      const second = await journal.create(request("user"), "second");
      const failed: Outcome = {
        status: "failed",
        active: { release: "bbb", slot: "a" },
        reason: "crashes",
        converging: [],
      };
      await journal.finish(second.number, 0, { type: "end" }, first.lease, failed);
      assert.deepEqual(await journal.active(environment, "user"), { release: "bbb", slot: "a" });
      const third = await journal.create({ ...request("user"), kind: "removal", to: undefined }, "third");
      const gone: Outcome = { status: "succeeded", active: undefined, reason: undefined, converging: [] };
      await journal.finish(third.number, 0, { type: "end" }, first.lease, gone);
      assert.equal(await journal.active(environment, "user"), undefined);
    });

    each("lists what is not closed, oldest first", async ({ journal, other }) => {
      const first = await begin(journal, "user");
      const second = await begin(journal, "shop");
      const third = await begin(journal, "cart");
      await journal.finish(second.rollout, 0, { type: "end" }, second.lease, succeeded("bbb"));
      const open = await other.unfinished();
      assert.deepEqual(
        open.map((one) => one.number),
        [first.rollout, third.rollout],
      );
      assert.deepEqual(open[0], await journal.header(first.rollout));
      assert.deepEqual(await other.unfinished({ environment, service: "user" }), [open[0]]);
      assert.deepEqual(await other.unfinished({ environment, service: "shop" }), []);
      assert.deepEqual(await other.unfinished({ environment: `${environment}-2`, service: "user" }), []);
    });

    each("keeps an ended rollout open while clusters converge", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      await journal.finish(rollout, 0, { type: "end" }, lease, { ...succeeded("bbb"), converging: ["beta"] });
      assert.deepEqual(await other.active(environment, "user"), { release: "bbb", slot: "a" });
      assert.deepEqual(numbers(await other.unfinished()), [rollout]);
      await journal.append(rollout, 1, { type: "converged" }, lease);

      const later = await journal.create(request("user"), "later");
      await journal.finish(later.number, 0, { type: "end" }, lease, succeeded("ccc"));
      await assert.rejects(journal.finish(rollout, 2, { type: "end" }, lease, succeeded("bbb")), SequenceConflict);
      const last = await journal.close(rollout, 2, { type: "closed" }, lease);
      assert.equal(last.sequence, 3);
      assert.deepEqual(await other.unfinished(), []);
      assert.deepEqual(await other.active(environment, "user"), { release: "ccc", slot: "a" });
      await assert.rejects(journal.append(rollout, 3, { type: "late" }, lease), SequenceConflict);
    });

    each("closes only what has ended", async ({ journal }) => {
      const { rollout, lease } = await begin(journal);
      await assert.rejects(journal.close(rollout, 0, { type: "closed" }, lease), SequenceConflict);
      assert.deepEqual(numbers(await journal.unfinished()), [rollout]);
    });

    each("stores commands in order, each id once, and none that nobody would answer", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      const asked = { id: "one", actor: "admin", command: { type: "lose", cluster: "beta" } } as const;
      assert.equal(await journal.command(rollout, asked), true);
      assert.equal(await other.command(rollout, { ...asked, id: "two", command: { type: "pause" } }), true);
      assert.equal(await journal.command(rollout, { ...asked, command: { type: "resume" } }), true);
      const stored = await journal.commands(rollout);
      assert.deepEqual(
        stored.map(({ id, actor, command }) => ({ id, actor, command })),
        [asked, { id: "two", actor: "admin", command: { type: "pause" } }],
      );
      for (const { at } of stored) assert.ok(!Number.isNaN(Date.parse(at)));
      await journal.finish(rollout, 0, { type: "ended" }, lease, succeeded("bbb"));
      assert.equal(await journal.command(rollout, { ...asked, id: "three" }), false);
      assert.equal(await journal.command(rollout, asked), true);
      assert.equal((await other.commands(rollout)).length, 2);
    });

    each("tells of a command without the sequence of an entry", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      const heard: (number | undefined)[] = [];
      const both = Promise.withResolvers<void>();
      const stop = other.onAppend((number, sequence) => {
        if (number === rollout && heard.push(sequence) > 1) both.resolve();
      });
      await journal.append(rollout, 0, { type: "one" }, lease);
      await journal.command(rollout, { id: "one", actor: "ops", command: { type: "pause" } });
      await both.promise;
      stop();
      assert.ok(heard.includes(undefined));
    });

    each("tells about appends of this process and of others, until told not to", async ({ journal, other }) => {
      const { rollout, lease } = await begin(journal);
      const heard = { here: [] as number[], there: [] as number[] };
      let wake = Promise.withResolvers<void>();
      const note = (list: number[]) => (number: number) => {
        list.push(number);
        wake.resolve();
        wake = Promise.withResolvers<void>();
      };
      const stopHere = journal.onAppend(note(heard.here));
      const stopThere = other.onAppend(note(heard.there));
      const changed = async (): Promise<void> => {
        const next = wake.promise;
        if (heard.here.includes(rollout) && heard.there.includes(rollout)) return;
        await next;
        await changed();
      };
      await journal.append(rollout, 0, { type: "one" }, lease);
      await changed();
      stopHere();
      stopThere();
      const before = heard.here.length;
      await journal.append(rollout, 1, { type: "two" }, lease);
      assert.equal(heard.here.length, before);
    });
  });
}

function request(service: string): Omit<RolloutHeader, "number" | "createdAt"> {
  return { environment, service, from: undefined, to: "bbb", strategy: "rolling", kind: "deploy", actor: "admin" };
}

function succeeded(release: string): Outcome {
  return { status: "succeeded", active: { release, slot: "a" }, reason: undefined, converging: [] };
}

function numbers(headers: readonly RolloutHeader[]): readonly number[] {
  return headers.map((header) => header.number);
}

async function acquire(journal: Journal<ContractBody>, service: string, owner: string, ttl = long): Promise<Lease> {
  const lease = await journal.acquire(environment, service, owner, ttl);
  assert.ok(lease, `${owner} gets the lease of ${service}`);
  assert.equal(lease.environment, environment);
  assert.equal(lease.service, service);
  return lease;
}

async function begin(
  journal: Journal<ContractBody>,
  service = "user",
  ttl = long,
): Promise<{ readonly rollout: number; readonly lease: Lease }> {
  const header = await journal.create(request(service), `begin-${service}`);
  return { rollout: header.number, lease: await acquire(journal, service, "engine-1", ttl) };
}
