import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReleaseRecord } from "@fairway/catalog";
import type { Store } from "./open-store.ts";

/**
 * Registers the cases of the catalog's ports that hold on every database; the journal has a suite of its own.
 *
 * @param name Shown in the test report.
 * @param make An empty store for each case; closed or emptied by its maker.
 */
export function storeContract(name: string, make: () => Promise<Store>): void {
  describe(`store contract: ${name}`, () => {
    it("numbers services for life", async () => {
      const { services } = await make();
      const user = await services.ensure("user");
      const shop = await services.ensure("shop");
      assert.equal(user.number, 1);
      assert.equal(shop.number, 2);
      assert.deepEqual(await services.ensure("user"), user);
      assert.equal((await services.ensure("cart")).number, 3, "asking again uses up no number");
      assert.deepEqual(await services.get("shop"), shop);
      assert.equal(await services.get("absent"), undefined);
      assert.deepEqual({ ...(await services.numbers(["shop", "absent", "user"])) }, { shop: 2, user: 1 });
      assert.deepEqual({ ...(await services.numbers([])) }, {});
    });

    it("gives one number to a service that many ask for at once", async () => {
      const { services } = await make();
      const records = await Promise.all(Array.from({ length: 10 }, () => services.ensure("user")));
      assert.equal(new Set(records.map((one) => one.number)).size, 1);
    });

    it("puts a message into the outbox with the entry that it tells of, for the webhooks that want it", async () => {
      const store = await make();
      const journal = store.journal<{ readonly event?: string }>(({ event }) => event);
      const wants = (events: readonly string[], environment?: string) =>
        store.webhooks.add({
          ...{ url: "http://127.0.0.1/", events, environment, sealedSecret: "sealed" },
          ...{ actor: "admin", createdAt: "2026-01-01T00:00:00.000Z" },
        });
      const all = await wants(["started", "done"]);
      const elsewhere = await wants(["started"], "staging");
      const number = await begin(store, "user", "r-user");
      const lease = await journal.acquire("prod", "user", "engine", 60_000);
      assert.ok(lease);
      await journal.append(number, 0, { event: "started" }, lease);
      await assert.rejects(journal.append(number, 0, { event: "done" }, lease));
      await journal.append(number, 1, {}, lease);
      const [message, ...others] = await store.webhooks.deliveries(all.id, 10);
      assert.deepEqual(
        [message?.message, message?.event, message?.status, others],
        [`${number}-1`, "started", "waiting", []],
      );
      assert.deepEqual(await store.webhooks.deliveries(elsewhere.id, 10), []);

      assert.deepEqual(await store.webhooks.take(5, 60_000, [all.id]), [], "one that is busy is left out");
      const [taken] = await store.webhooks.take(5, 60_000, []);
      assert.ok(taken);
      assert.deepEqual(await store.webhooks.take(5, 60_000, []), [], "nobody else gets it meanwhile");
      assert.ok(((await store.webhooks.nextDue([])) ?? 0) > 30_000);
      await store.webhooks.tried(taken, { delivered: false, answer: 503, error: "answered 503", retryAfter: 0 });
      const [again] = await store.webhooks.take(5, 60_000, []);
      assert.deepEqual([again?.attempts, again?.answer], [1, 503]);
      await store.webhooks.tried(taken, { delivered: true, answer: 204, error: undefined, retryAfter: undefined });
      assert.equal(await store.webhooks.nextDue([]), undefined);
      assert.equal((await store.webhooks.deliveries(all.id, 10))[0]?.status, "delivered");
      assert.equal(await store.webhooks.remove(all.id), true);
      assert.equal(await store.webhooks.remove(all.id), false);
    });

    it("knows which fields were left to others, by service and environment", async () => {
      const { keptFields } = await make();
      const kept = {
        ...{ environment: "prod", service: "user", object: "Deployment/user", field: ".spec.replicas" },
        ...{ actor: "admin", createdAt: "2026-01-01T00:00:00.000Z" },
      };
      await keptFields.add(kept);
      await keptFields.add({ ...kept, actor: "somebody else" });
      await keptFields.add({ ...kept, environment: "staging" });
      assert.deepEqual(await keptFields.list("prod", "user"), [kept]);
      assert.deepEqual(await keptFields.list("prod", "shop"), []);
      assert.equal(await keptFields.remove("prod", "user", "Deployment/user", ".spec.replicas"), true);
      assert.equal(await keptFields.remove("prod", "user", "Deployment/user", ".spec.replicas"), false);
      assert.deepEqual(await keptFields.list("prod", "user"), []);
    });

    it("forgets old rollouts with their journals, never what is active or under way; numbers go on", async () => {
      const store = await make();
      for (const name of ["user", "shop"]) await store.services.ensure(name);
      await roll(store, "user", undefined, "r-1");
      await roll(store, "user", "r-1", "r-2");
      for (const key of ["a", "b", "c"]) await roll(store, "user", "r-2", "r-2", "prod", key);
      await roll(store, "shop", undefined, "s-1");
      const numbers = async () => (await store.rollouts.list({ limit: 50 })).map(({ number }) => number);
      assert.deepEqual(await numbers(), [6, 5, 4, 3, 2, 1]);
      assert.equal(await store.rollouts.trim(2), 2);
      assert.deepEqual(await numbers(), [6, 5, 4, 2], "2 brought what is active");
      assert.deepEqual(await store.journal().read(3), []);
      assert.equal(await store.rollouts.trim(2), 0);
      assert.equal(await begin(store, "shop", "s-2", "s-1"), 7);
    });

    it("lists services that are active or on their way, by environment", async () => {
      const store = await make();
      for (const name of ["user", "shop", "cart", "idle"]) await store.services.ensure(name);
      await roll(store, "shop", undefined, "r-shop");
      await begin(store, "user", "r-user");
      await roll(store, "cart", undefined, "r-cart", "staging");
      assert.deepEqual(
        (await store.services.list("prod")).map((one) => one.name),
        ["shop", "user"],
      );
    });

    it("keeps releases as they were put first", async () => {
      const { services, releases } = await make();
      await services.ensure("user");
      const first = release("aaa1", { inputs: { text: "NUL \0 and half \ud83d", list: [1, { a: null }] } });
      const stored = await releases.put(first);
      assert.deepEqual(stored, { ...first, inputs: { text: "NUL \ufffd and half \ufffd", list: [1, { a: null }] } });
      assert.deepEqual(await releases.put({ ...first, actor: "somebody else" }), stored);
      assert.deepEqual(await releases.get("aaa1"), stored);
      assert.equal(await releases.get("absent"), undefined);
    });

    it("learns the source of a release that was put without one", async () => {
      const { services, releases } = await make();
      await services.ensure("user");
      const old = release("aaa1", { source: undefined, profileVersion: undefined });
      assert.deepEqual(await releases.put(old), old);
      const source = { appToml: "# one", kubernetes: { "a.yaml": "kind: ConfigMap" } };
      const known = { ...old, source, profileVersion: "7" };
      assert.deepEqual(await releases.put(known), known);
      assert.deepEqual(await releases.put({ ...known, source: { ...source, appToml: "# two" } }), known);
    });

    it("keeps with a release whose objects it has, and its migration", async () => {
      const { services, releases } = await make();
      await services.ensure("user");
      const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "user-migrate" } };
      const full = release("aaa2", { sameAs: { alpha: "aaa1" }, migration: { cluster: "alpha", job } });
      assert.deepEqual(await releases.put(full), full);
      assert.deepEqual(await releases.put({ ...full, sameAs: {} }), full, "what is said first holds");
      assert.deepEqual(await releases.get("aaa2"), full);
    });

    it("finds releases by the beginning of their name, literally, and at most ten", async () => {
      const { services, releases } = await make();
      await services.ensure("user");
      for (let index = 0; index < 12; index += 1) await releases.put(release(`aa${index.toString(16)}`));
      await releases.put(release("b%1"));
      assert.equal((await releases.find("user", "prod", "aa")).length, 10);
      assert.deepEqual(await releases.find("user", "prod", "aab"), ["aab"]);
      assert.deepEqual(await releases.find("user", "prod", "b%"), ["b%1"]);
      assert.deepEqual(await releases.find("user", "prod", "%"), []);
      assert.deepEqual(await releases.find("user", "staging", "aa"), []);
      assert.deepEqual(await releases.find("shop", "prod", "aa"), []);
    });

    it("lists releases newest first, and the active ones by service", async () => {
      const store = await make();
      for (const name of ["user", "shop"]) await store.services.ensure(name);
      await store.releases.put(release("old", { createdAt: at(1) }));
      await store.releases.put(release("new", { createdAt: at(3) }));
      await store.releases.put(release("mid", { createdAt: at(2) }));
      await store.releases.put(release("other", { service: "shop" }));
      assert.deepEqual(
        (await store.releases.list("user", "prod", 2)).map((one) => one.name),
        ["new", "mid"],
      );
      await roll(store, "user", undefined, "mid");
      await roll(store, "shop", undefined, "other");
      await roll(store, "shop", "other", undefined);
      const active = await store.releases.active("prod");
      assert.equal(active["constructor"], undefined, "a name that every object has");
      assert.equal((await store.services.numbers(["constructor"]))["constructor"], undefined);
      assert.equal((await store.rollouts.latest("prod"))["constructor"], undefined);
      assert.deepEqual(Object.keys(active), ["user"]);
      assert.equal(active["user"]?.name, "mid");
      await roll(store, "shop", "before", "other");
      assert.deepEqual(await store.releases.activeServices("prod"), ["shop", "user"]);
      assert.deepEqual(await store.releases.activeServices("staging"), []);
      const some = await store.releases.activeOf("prod", ["user", "absent"]);
      assert.deepEqual(some, [active["user"]]);
      assert.deepEqual(await store.releases.activeOf("prod", []), []);
    });

    it("retires all but the newest releases, never one that is active or on its way", async () => {
      const store = await make();
      const { releases, snapshots } = store;
      for (const name of ["user", "shop"]) await store.services.ensure(name);
      for (const index of [1, 2, 3, 4, 5]) {
        await snapshots.put({ digest: digest(index), files: 1, bytes: 10, createdAt: at(index) });
        await releases.put(release(`r${index}`, { createdAt: at(index), snapshot: digest(index) }));
      }
      await releases.put(release("s1", { service: "shop", snapshot: digest(2) }));
      await snapshots.put({ digest: digest(9), files: 1, bytes: 10, createdAt: at(9) });
      await roll(store, "user", undefined, "r1");
      await begin(store, "user", "r3", "r2");
      assert.deepEqual(await releases.retire(5), []);
      assert.deepEqual(await releases.retire(1), [digest(4)], "9 waits for its first release");
      const available = (await releases.list("user", "prod", 10)).filter((one) => one.available);
      assert.deepEqual(
        available.map((one) => one.name),
        ["r5", "r3", "r2", "r1"],
      );
    });

    it("never retires the release before the active one, however old: the next rollback is to it", async () => {
      const store = await make();
      await store.services.ensure("user");
      for (const index of [1, 2, 3, 4]) await store.releases.put(release(`r${index}`));
      await roll(store, "user", undefined, "r1");
      await roll(store, "user", "r1", "r2");
      await roll(store, "user", "r2", "r4");
      await roll(store, "user", "r4", "r4");
      await store.releases.retire(1);
      assert.deepEqual((await store.releases.kept("user", "prod")).toSorted(), ["r2", "r4"]);
    });

    it("gives the snapshots that no release needs any more, until they are removed", async () => {
      const { services, releases, snapshots } = await make();
      for (const name of ["user", "shop"]) await services.ensure(name);
      for (const index of [1, 2, 3, 9])
        await snapshots.put({ digest: digest(index), files: 1, bytes: 10, createdAt: at(index) });
      await releases.put(release("r1", { snapshot: digest(1) }));
      await releases.put(release("r2", { snapshot: digest(2) }));
      await releases.put(release("r3", { snapshot: digest(3) }));
      await releases.put(release("s1", { service: "shop", snapshot: digest(2) }));
      assert.deepEqual(await releases.retire(1), [digest(1)], "2 is shop's too");
      assert.deepEqual(await releases.retire(1), [digest(1)]);
      await snapshots.remove(digest(1));
      assert.deepEqual(await releases.retire(1), []);
      assert.equal((await releases.get("r1"))?.available, false);
      assert.deepEqual(await releases.kept("user", "prod"), ["r3"]);
    });

    it("takes a retired release back when it is put again", async () => {
      const { services, releases, snapshots } = await make();
      await services.ensure("user");
      for (const index of [1, 2]) {
        await snapshots.put({ digest: digest(index), files: 1, bytes: 10, createdAt: at(index) });
        await releases.put(release(`r${index}`, { snapshot: digest(index) }));
      }
      await releases.retire(1);
      assert.equal((await releases.put(release("r1", { snapshot: digest(1) }))).available, true);
      assert.deepEqual(await releases.retire(1), [digest(2)], "what was put last is the newest");
    });

    it("keeps clusters, the newest word on each", async () => {
      const { clusters } = await make();
      const alpha = {
        name: "alpha",
        environment: "prod",
        embedded: true,
        kubeconfig: "clusters/alpha/kubeconfig",
        context: undefined,
        addressTemplate: "http://127.0.0.1:{21000+number}",
        gateway: "127.0.0.1:9000",
        lost: undefined,
        createdAt: at(1),
      };
      await clusters.put(alpha);
      await clusters.put({ ...alpha, name: "beta", context: "c", gateway: undefined });
      await clusters.put({ ...alpha, gateway: "127.0.0.1:9001" });
      assert.deepEqual(
        (await clusters.list()).map((one) => [one.name, one.context, one.gateway]),
        [
          ["alpha", undefined, "127.0.0.1:9001"],
          ["beta", "c", undefined],
        ],
      );
      assert.deepEqual(await clusters.get("alpha"), { ...alpha, gateway: "127.0.0.1:9001" });
      const lost = { ...alpha, lost: { by: "admin", at: at(2) } };
      await clusters.put(lost);
      assert.deepEqual(await clusters.get("alpha"), lost);
      await clusters.remove("alpha");
      assert.equal(await clusters.get("alpha"), undefined);
    });

    it("keeps registries, the newest word on each, one for an environment", async () => {
      const { registries } = await make();
      const files = { dockerConfig: true, pullDockerConfig: false, certificateAuthority: true };
      const main = {
        name: "main",
        environment: "prod",
        prefix: "registry.example.com/team",
        plainHttp: false,
        files,
        bases: { node: "registry.example.com/base/node:24" },
        createdAt: at(1),
      };
      await registries.put(main);
      await registries.put({ ...main, name: "lab", environment: "staging", plainHttp: true, bases: {} });
      const changed = { ...main, files: { ...files, pullDockerConfig: true }, prefix: "registry.example.com/other" };
      await registries.put(changed);
      assert.deepEqual(await registries.get("main"), changed);
      assert.deepEqual(await registries.of("prod"), changed);
      assert.equal(await registries.of("nowhere"), undefined);
      assert.deepEqual(
        (await registries.list()).map(({ name, plainHttp }) => [name, plainHttp]),
        [
          ["lab", true],
          ["main", false],
        ],
      );
      await assert.rejects(registries.put({ ...main, name: "second" }));
      await registries.remove("main");
      assert.equal(await registries.get("main"), undefined);
    });

    it("keeps releases without a snapshot, and retires them as others", async () => {
      const { services, releases } = await make();
      await services.ensure("user");
      await releases.put(release("r1", { snapshot: undefined }));
      assert.equal((await releases.get("r1"))?.snapshot, undefined);
      await releases.put(release("r2", { snapshot: undefined }));
      assert.deepEqual(await releases.retire(1), []);
      assert.deepEqual(await releases.kept("user", "prod"), ["r2"]);
    });

    it("keeps snapshots, larger than 2 GB too", async () => {
      const { snapshots } = await make();
      const snapshot = { digest: digest(1), files: 3, bytes: 5_000_000_000, createdAt: at(1) };
      await snapshots.put(snapshot);
      await snapshots.put({ ...snapshot, files: 4 });
      assert.deepEqual(await snapshots.get(snapshot.digest), snapshot);
      await snapshots.remove(snapshot.digest);
      assert.equal(await snapshots.get(snapshot.digest), undefined);
    });

    it("goes through a fleet of services, one fleet at a time in an environment; their rollouts say how they are", async () => {
      const store = await make();
      const { fleets } = store;
      for (const name of ["user", "shop", "cart"]) await store.services.ensure(name);
      const asked = {
        environment: "prod",
        kind: "profile",
        cluster: undefined,
        parallel: 4,
        stopAfter: 1,
        actor: "admin",
      } as const;
      const fleet = await fleets.start(asked, ["shop", "user", "cart"]);
      assert.ok(fleet);
      const { createdAt: _, ...made } = fleet;
      const fresh = { number: 1, status: "running", forgiven: 0, reason: undefined, endedAt: undefined };
      assert.deepEqual(made, { ...asked, ...fresh });
      assert.equal(await fleets.start(asked, ["user"]), undefined);
      assert.equal((await fleets.start({ ...asked, environment: "staging" }, []))?.number, 2);
      const states = async () =>
        (await fleets.services(1)).map(({ service, state, reason }) => [service, state, reason].join(" ").trim());
      assert.deepEqual(await states(), ["shop waiting", "user waiting", "cart waiting"]);

      const shop = await begin(store, "shop", "r1");
      await fleets.begun(1, "shop", shop);
      await fleets.passed(1, "user", "refused", "it breaks a rule");
      assert.deepEqual(await states(), ["shop rolling", "user refused it breaks a rule", "cart waiting"]);
      await store.journal().command(shop, {
        ...{ id: "in its place", actor: "admin", command: { type: "abort", supersededBy: 9 } },
      });
      await fail(store, "shop", shop);
      assert.deepEqual((await states())[0], "shop waiting", "another one came in its place");
      const again = await begin(store, "shop", "r2");
      await fleets.begun(1, "shop", again);
      await fail(store, "shop", again);
      assert.match((await states())[0] ?? "", /^shop failed/);

      assert.equal(await fleets.update(1, ["paused"], { status: "running", reason: undefined }), false);
      assert.equal(await fleets.update(1, ["running"], { status: "halted", reason: "1 failed" }), true);
      assert.equal(await fleets.update(1, ["halted"], { status: "running", reason: undefined, forgiven: 1 }), true);
      assert.deepEqual([(await fleets.get(1))?.forgiven, (await fleets.get(1))?.reason], [1, undefined]);
      assert.deepEqual(
        (await fleets.unfinished()).map(({ number }) => number),
        [1, 2],
      );
      assert.equal(await fleets.update(1, ["running"], { status: "stopped", reason: undefined }), true);
      assert.notEqual((await fleets.get(1))?.endedAt, undefined);
      assert.equal((await fleets.start(asked, ["user"]))?.number, 3);
      assert.deepEqual(
        (await fleets.list({ environment: "prod", limit: 5 })).map(({ number }) => number),
        [3, 1],
      );
    });

    it("drains once, restores once", async () => {
      const { drains } = await make();
      await drains.add("prod", "user", "beta");
      await drains.add("prod", "user", "beta");
      await drains.add("prod", "user", "alpha");
      await drains.remove("prod", "user", "gamma");
      await drains.remove("prod", "user", "alpha");
      assert.deepEqual(await drains.list(), [{ environment: "prod", service: "user", cluster: "beta" }]);
    });

    it("remembers who did what, newest first", async () => {
      const { audit } = await make();
      const entry = {
        at: at(1),
        actor: "admin",
        permission: "services:deploy",
        command: "createRollout",
        target: "user",
        outcome: "accepted",
        detail: undefined,
      } as const;
      await audit.append(entry);
      await audit.append({ ...entry, outcome: "refused", detail: "no\0such" });
      const listed = await audit.list({ limit: 10 });
      assert.deepEqual(
        listed.map(({ id: _, ...rest }) => rest),
        [{ ...entry, outcome: "refused", detail: "no\ufffdsuch" }, entry],
      );
      const [newest] = listed;
      assert.equal((await audit.list({ limit: 1 })).length, 1);
      assert.deepEqual(await audit.list({ limit: 5, before: newest?.id }), listed.slice(1));
      assert.deepEqual(await audit.list({ limit: 5, outcome: "refused" }), listed.slice(0, 1));
      assert.deepEqual(await audit.list({ limit: 5, about: "user" }), listed);
      assert.deepEqual(await audit.list({ limit: 5, actor: "nobody" }), []);
    });

    it("keeps every version of the profile; of several who change one, the first is heard", async () => {
      const { profiles } = await make();
      assert.equal(await profiles.newest(), undefined);
      const one = { text: "# one", actor: "admin", createdAt: at(1) };
      assert.deepEqual(await profiles.append(one, 0), { version: 1, ...one });
      assert.equal(await profiles.append({ ...one, text: "# late" }, 0), undefined);
      assert.equal(await profiles.append({ ...one, text: "# early" }, 2), undefined);
      const racing = await Promise.all(
        Array.from({ length: 5 }, (_, index) => profiles.append({ ...one, text: `# two ${index}` }, 1)),
      );
      const won = racing.filter((record) => record !== undefined);
      assert.deepEqual(
        won.map(({ version }) => version),
        [2],
      );
      assert.deepEqual(await profiles.newest(), won[0]);
      const { text: _, ...author } = one;
      assert.deepEqual(await profiles.list(10), [
        { version: 2, ...author },
        { version: 1, ...author },
      ]);
      assert.equal((await profiles.list(1)).length, 1);
      assert.deepEqual(await profiles.get(1), { version: 1, ...one });
      assert.equal(await profiles.get(3), undefined);
    });

    it("lists rollouts newest first, with their ends", async () => {
      const store = await make();
      await roll(store, "user", undefined, "r1");
      const lost = await begin(store, "shop", "r2");
      const journal = store.journal<string>();
      const lease = await journal.acquire("prod", "shop", "engine", 60_000);
      assert.ok(lease);
      await journal.finish(lost, 0, "end", lease, {
        status: "failed",
        active: undefined,
        reason: "crashes",
        converging: ["beta"],
      });
      const open = await begin(store, "user", "r3", "r1");
      const [newest, middle, oldest] = await store.rollouts.list({ limit: 10 });
      assert.equal(newest?.number, open);
      assert.deepEqual(
        [newest?.status, newest?.endedAt, newest?.from, newest?.to],
        ["unfinished", undefined, "r1", "r3"],
      );
      assert.deepEqual([middle?.status, middle?.reason, middle?.converging], ["failed", "crashes", ["beta"]]);
      assert.ok(middle?.endedAt);
      assert.deepEqual([oldest?.status, oldest?.reason, oldest?.converging], ["succeeded", undefined, []]);
      assert.deepEqual(await store.rollouts.byKey("user-r1-r3"), newest);
      assert.equal(await store.rollouts.byKey("absent"), undefined);
      assert.deepEqual(await store.rollouts.list({ service: "shop", environment: "prod", limit: 10 }), [middle]);
      assert.deepEqual(await store.rollouts.list({ environment: "staging", limit: 10 }), []);
      assert.deepEqual(await store.rollouts.list({ limit: 1 }), [newest]);
      assert.deepEqual({ ...(await store.rollouts.latest("prod")) }, { shop: middle, user: newest });
    });
  });
}

function release(name: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    name,
    service: "user",
    environment: "prod",
    namespace: more.service ?? "user",
    snapshot: digest(1),
    profile: {
      description: "",
      kind: "business",
      owner: undefined,
      engine: "node",
      dependencies: [],
      env: {},
      replicas: 1,
    },
    source: { appToml: 'name = "user"', kubernetes: {} },
    profileVersion: "builtin",
    inputs: {},
    objects: { alpha: [{ kind: "Namespace" }] },
    createdAt: at(1),
    actor: "admin",
    available: true,
    ...more,
  };
}

function digest(index: number): string {
  return `sha256:${String(index).repeat(64)}`;
}

function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
}

async function begin(store: Store, service: string, to: string, from?: string): Promise<number> {
  const request = {
    service,
    from,
    to,
    environment: "prod",
    strategy: "rolling",
    kind: "deploy",
    actor: "admin",
  } as const;
  return (await store.journal().create(request, `${service}-${from}-${to}`)).number;
}

async function fail(store: Store, service: string, number: number): Promise<void> {
  const journal = store.journal<string>();
  const lease = await journal.acquire("prod", service, "engine", 60_000);
  assert.ok(lease);
  const outcome = { status: "failed", active: undefined, reason: undefined, converging: [] } as const;
  await journal.finish(number, 0, "end", lease, outcome);
  await journal.release(lease);
}

/** A rollout from its beginning to its good end. */
async function roll(
  store: Store,
  service: string,
  from: string | undefined,
  to: string | undefined,
  environment = "prod",
  key = "",
): Promise<void> {
  const journal = store.journal<string>();
  const kind = to === undefined ? "removal" : "deploy";
  const request = { service, from, to, environment, strategy: "rolling", kind, actor: "admin" } as const;
  const { number } = await journal.create(request, `${environment}-${service}-${from}-${to}${key}`);
  const lease = await journal.acquire(environment, service, "engine", 60_000);
  assert.ok(lease);
  await journal.finish(number, 0, "end", lease, {
    status: "succeeded",
    active: to === undefined ? undefined : { release: to, slot: "a" },
    reason: undefined,
    converging: [],
  });
  await journal.release(lease);
}
