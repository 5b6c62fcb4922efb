import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { at, begin, digest, release, roll } from "./records.ts";

/** Releases, and the snapshots that they need: kept, found, retired. */
export function releaseCases(make: () => Promise<Store>): void {
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
    await store.releases.put(release("other", { service: "shop", objects: { alpha: [], beta: [] } }));
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
    assert.deepEqual(await store.releases.activeServices("prod", "beta"), ["shop"]);
    assert.deepEqual(await store.releases.activeServices("prod", "gamma"), []);
    assert.deepEqual(await store.releases.activeServices("staging"), []);
    const some = await store.releases.activeOf("prod", ["user", "absent"]);
    assert.deepEqual(some, [active["user"]]);
    assert.deepEqual(await store.releases.activeOf("prod", []), []);
  });

  it("takes active releases that were read before from there, unless something of them has changed", async () => {
    const store = await make();
    const { releases, services } = store;
    for (const name of ["user", "shop", "cart"]) await services.ensure(name);
    await releases.put(release("u1"));
    await releases.put(release("u2"));
    await releases.put(release("s1", { service: "shop", source: undefined }));
    await releases.put(release("c1", { service: "cart" }));
    await roll(store, "user", undefined, "u1");
    await roll(store, "shop", undefined, "s1");
    const first = await releases.active("prod");
    assert.deepEqual(Object.keys(first).toSorted(), ["shop", "user"]);

    const second = await releases.active("prod", first);
    assert.deepEqual(second, first);
    assert.ok(second["user"] === first["user"] && second["shop"] === first["shop"], "nothing is read again");

    await roll(store, "user", "u1", "u2");
    await roll(store, "cart", undefined, "c1");
    const source = { appToml: "# now known", kubernetes: {} };
    await releases.put(release("s1", { service: "shop", source }));
    const third = await releases.active("prod", second);
    assert.deepEqual(third, await releases.active("prod"));
    const names = Object.entries(third).map(([service, { name }]) => `${service} ${name}`);
    assert.deepEqual(names.toSorted(), ["cart c1", "shop s1", "user u2"]);
    assert.deepEqual(third["shop"]?.source, source);

    await roll(store, "cart", "c1", undefined);
    const fourth = await releases.active("prod", third);
    assert.deepEqual(Object.keys(fourth).toSorted(), ["shop", "user"]);
    assert.ok(fourth["shop"] === third["shop"]);
    assert.deepEqual(Object.keys(await releases.active("staging", fourth)), []);
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
}
