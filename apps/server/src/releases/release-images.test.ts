import assert from "node:assert/strict";
import { test } from "node:test";
import type { Registries, RegistryRecord } from "@fairway/catalog";
import { builtinProfile, parseAppToml, specFor } from "@fairway/spec";
import type { PooledCluster } from "../clusters/cluster-pool.ts";
import { fakeImages } from "../testing/fake-images.ts";
import { releaseImages } from "./release-images.ts";

const registry: RegistryRecord = {
  name: "main",
  environment: "prod",
  prefix: "registry.example.com/team",
  plainHttp: false,
  files: { dockerConfig: true, pullDockerConfig: true, certificateAuthority: false },
  bases: {},
  createdAt: "2026-01-01T00:00:00.000Z",
};
const registries: Registries = {
  put: async () => {},
  get: async () => registry,
  of: async () => registry,
  list: async () => [registry],
  remove: async () => {},
};
const content = { dockerConfig: "push", pullDockerConfig: "pull", certificateAuthority: undefined };
const snapshot = `sha256:${"a".repeat(64)}`;

function cluster(name: string, embedded: boolean): PooledCluster {
  return {
    record: {
      ...{ name, environment: "prod", embedded, kubeconfig: "", context: undefined, gateway: undefined },
      addressTemplate: "http://{service}",
      lost: undefined,
      retiring: undefined,
      createdAt: "2026-01-01T00:00:00.000Z",
    },
    ...{ link: undefined, trouble: undefined, stopped: false },
  };
}

function request(appToml: string, ...clusters: readonly PooledCluster[]) {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok);
  const { signal } = new AbortController();
  const spec = specFor(parsed.value, "prod");
  return { environment: { name: "prod", clusters }, spec, settings: builtinProfile, snapshot, signal };
}

const imagesOf = (client = fakeImages()) =>
  releaseImages({ registries, files: { read: async () => content }, client, snapshotPath: (digest) => `/${digest}` });

test("an environment of both kinds: each cluster runs what it can", async () => {
  const { clusters, base, pushed } = await imagesOf()(
    request('name = "shop"', cluster("alpha", true), cluster("gamma", false)),
  );
  assert.ok(pushed);
  assert.deepEqual(Object.fromEntries(clusters), {
    alpha: { image: `snapshot.fairway.dev/shop@${snapshot}`, pullSecret: false },
    gamma: { image: pushed.reference, pullSecret: true },
  });
  assert.deepEqual(base, {
    asked: "docker.io/library/node:24-slim",
    reference: `docker.io/library/node@sha256:${"b".repeat(64)}`,
  });
});

test("embedded clusters alone ask no registry", async () => {
  const client = fakeImages();
  client.failure = "unavailable";
  const { pushed, base } = await imagesOf(client)(request('name = "shop"', cluster("alpha", true)));
  assert.deepEqual([pushed, base, client.pushes], [undefined, undefined, []]);
});

test("only registries that the platform's owner named are asked in private networks", async () => {
  const asked: (boolean | undefined)[] = [];
  const known = (record: RegistryRecord | undefined) => ({ ...registries, of: async () => record });
  const client = fakeImages();
  const open = { ...client, resolve: async () => Promise.reject(new Error("asked")) };
  const ask = async (image: string, record: RegistryRecord | undefined) => {
    const resolve: typeof client.resolve = (reference, { access }) => {
      asked.push(access(reference.slice(0, reference.indexOf("/"))).publicOnly);
      return open.resolve();
    };
    const files = { read: async () => content };
    const parts = { registries: known(record), files, client: { ...client, resolve }, snapshotPath: () => "" };
    const release = request(`name = "shop"\nbuild.image = "${image}"`, cluster("gamma", false));
    await assert.rejects(releaseImages(parts)(release), /asked/);
  };
  const bases = { node: "base.internal:5000/node:{version}" };
  for (const host of ["registry.example.com", "base.internal:5000", "docker.io", "base.internal", "127.0.0.1:1"])
    await ask(`${host}/org/app:1`, { ...registry, bases });
  await ask("169.254.169.254/org/app:1", undefined);
  assert.deepEqual(asked, [undefined, undefined, undefined, true, true, true]);
});

test("a ready image of another registry gets no credentials of this one", async () => {
  const client = fakeImages();
  client.known.set("quay.io/org/app:1", { digit: "e", bytes: 1 });
  const { clusters, ready } = await imagesOf(client)(
    request('name = "shop"\nbuild.image = "quay.io/org/app:1"', cluster("gamma", false)),
  );
  assert.equal(ready?.reference, `quay.io/org/app@sha256:${"e".repeat(64)}`);
  assert.deepEqual(clusters.get("gamma"), { image: ready?.reference, pullSecret: false });
});

test("an engine for which nobody names a base is refused, with both ways to name one", async () => {
  const php = request('name = "shop"\nengine.name = "php"\nrun.command = "php -S x"', cluster("gamma", false));
  const spec = { ...php.spec, engine: { ...php.spec.engine, name: "static" as const } };
  await assert.rejects(imagesOf()({ ...php, spec }), {
    problem: {
      status: 422,
      code: "base-image-missing",
      title: "There is no image for the engine static to stand on",
      hint: 'name one in app.toml under [build]: base = "...", or for all: fairway registry add main registry.example.com/team --env prod --base static=...',
    },
  });
});
