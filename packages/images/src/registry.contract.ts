import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { hasImage } from "./image/has-image.ts";
import { type PushOptions, pushSnapshotImage } from "./image/push-snapshot-image.ts";
import { resolveImage } from "./image/resolve-image.ts";
import { fetchBlob, readBlob } from "./registry/download-blob.ts";
import { parseImageReference } from "./registry/image-reference.ts";
import { digestOf, readManifest } from "./registry/manifests.ts";
import { operation, type RegistryProgress } from "./registry/operation.ts";
import type { RegistryAccess } from "./registry/registry-address.ts";
import { RegistryError } from "./registry/registry-error.ts";
import { openSession, type Session } from "./registry/session.ts";
import { sendBlob } from "./registry/upload-blob.ts";
import { cuttingProxy } from "./testing/cutting-proxy.ts";
import { pieces, pushTestImage, pushTestIndex } from "./testing/push-test-image.ts";
import { tarOf } from "./testing/tar.ts";

/** A registry under test, empty or not: the cases use fresh repositories. */
export interface RegistryHarness {
  /** `host:port` */
  readonly address: string;
  /** With the right to push anywhere below `contract/`; `address` is this registry's, or that of a proxy before it. */
  readonly access: (address: string) => RegistryAccess;
  /** When the registry asks for credentials: access with the password or token "wrong-password", and with the right to read only. */
  readonly wrong?: (address: string) => RegistryAccess;
  readonly readOnly?: (address: string) => RegistryAccess;
  /** The registry can mount blobs between repositories. */
  readonly mounts: boolean;
}

/** For a slow machine with other work; nothing here waits so long. */
const patience = 120_000;

/**
 * Registers the cases that hold for every registry.
 *
 * @param name shown in the test report
 * @param harness called once, when the first case begins
 */
export function registryContract(name: string, harness: () => Promise<RegistryHarness>): void {
  let opened: Promise<RegistryHarness> | undefined;
  let count = 0;
  const fresh = () => {
    count += 1;
    return `contract/${process.pid}-${Date.now().toString(36)}-${count}`;
  };
  const folders: string[] = [];
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), "fairway-registry-contract-"));
    folders.push(made);
    return made;
  };
  const each = (title: string, body: (registry: RegistryHarness) => Promise<void>): void => {
    it(title, { timeout: patience }, async () => {
      opened ??= harness();
      await body(await opened);
    });
  };
  const options = (registry: RegistryHarness, access = registry.access) => ({ access, deadline: patience });
  const inRepository = <T>(registry: RegistryHarness, repository: string, work: (session: Session) => Promise<T>) =>
    operation(options(registry), async (running) => {
      const session = openSession({ registry: registry.address, repository }, "pull,push", running);
      try {
        return await work(session);
      } finally {
        session.close();
      }
    });
  const snapshot = async (content: string) => {
    const tar = await tarOf([
      { name: "bin/start", body: "#!/bin/sh\n", mode: 0o755 },
      { name: "bin/again", type: "symlink", linkname: "start" },
      { name: "empty", type: "directory" },
      { name: "index.js", body: content },
    ]);
    const path = join(await folder(), "snapshot.tar");
    await writeFile(path, tar);
    return { path, digest: digestOf(tar) };
  };
  const base = async (registry: RegistryHarness) => {
    const repository = fresh();
    const made = await inRepository(registry, repository, (session) => pushTestImage(session, "v1"));
    return { ...made, repository, tag: `${registry.address}/${repository}:v1` };
  };

  describe(`registry contract: ${name}`, () => {
    after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

    each("a tag stands for a digest, with its size and platform", async (registry) => {
      const image = await base(registry);
      const resolved = await resolveImage(image.tag, options(registry));
      assert.deepEqual(resolved, {
        reference: `${registry.address}/${image.repository}@${image.digest}`,
        digest: image.digest,
        tag: "v1",
        bytes: image.layer.size,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        platforms: ["linux/amd64"],
      });
      const { tag: _, ...byDigest } = await resolveImage(resolved.reference, options(registry));
      assert.equal(byDigest.reference, resolved.reference);
    });

    each("an index stands for itself, and counts the layers of the platform", async (registry) => {
      const repository = fresh();
      const index = await inRepository(registry, repository, async (session) => {
        const one = await pushTestImage(session, "amd");
        const two = await pushTestImage(session, "arm", "linux/arm64");
        return pushTestIndex(session, "all", [one, two]);
      });
      const resolved = await resolveImage(`${registry.address}/${repository}:all`, {
        ...options(registry),
        platform: "linux/arm64",
      });
      assert.equal(resolved.digest, index.digest);
      assert.equal(resolved.mediaType, "application/vnd.oci.image.index.v1+json");
      assert.deepEqual(resolved.platforms, ["linux/amd64", "linux/arm64"]);
      await assert.rejects(resolveImage(resolved.reference, { ...options(registry), platform: "linux/s390x" }), {
        code: "unsupported",
        message: /linux\/s390x; it is for linux\/amd64, linux\/arm64/,
      });
    });

    each("what is not there is told as such", async (registry) => {
      const image = await base(registry);
      for (const missing of [
        `${image.repository}:v2`,
        `${image.repository}@${digestOf(randomBytes(4))}`,
        `${fresh()}:v1`,
      ])
        await assert.rejects(
          resolveImage(`${registry.address}/${missing}`, options(registry)),
          (error: unknown) => error instanceof RegistryError && error.code === "not-found" && error.hint !== "",
        );
    });

    each("a snapshot becomes an image that another push does not send again", async (registry) => {
      const image = await base(registry);
      const target = `${registry.address}/${fresh()}/user`;
      const push: PushOptions = {
        ...options(registry),
        snapshot: await snapshot("console.log(1)"),
        base: image.tag,
        target,
        command: ["/bin/start"],
        args: ["now"],
        env: { B: "2", A: "1" },
        labels: { service: "user" },
        annotations: { "org.opencontainers.image.title": "user" },
        layerCache: await folder(),
      };
      const first = await pushSnapshotImage(push);
      assert.equal(first.reference, `${target}@${first.digest}`);
      assert.equal(first.baseDigest, image.digest);
      assert.equal(first.layers.length, 2);
      assert.equal(first.bytes, first.layers[0] && first.layers[1] && first.layers[0].bytes + first.layers[1].bytes);
      assert.ok(first.sent > 0);
      if (registry.mounts) assert.equal(first.layers[0]?.outcome, "mounted");

      const again = await pushSnapshotImage(push);
      assert.deepEqual({ digest: again.digest, sent: again.sent }, { digest: first.digest, sent: 0 });
      assert.ok(again.layers.every(({ outcome }) => outcome === "exists"));
      const elsewhere = await pushSnapshotImage({ ...push, layerCache: await folder() });
      assert.deepEqual({ digest: elsewhere.digest, sent: elsewhere.sent }, { digest: first.digest, sent: 0 });

      const restarted = await pushSnapshotImage({ ...push, args: ["later"] });
      assert.notEqual(restarted.digest, first.digest);
      assert.ok(restarted.layers.every(({ outcome }) => outcome === "exists"));
    });

    each("the image holds what runs: base and snapshot, a user without rights, the start", async (registry) => {
      const image = await base(registry);
      const { reference } = await pushSnapshotImage({
        ...options(registry),
        snapshot: await snapshot("console.log(2)"),
        base: image.tag,
        target: `${registry.address}/${fresh()}/user`,
        command: ["/bin/start"],
        env: { A: "1" },
      });
      const { repository, digest = "" } = parseImageReference(reference);
      await inRepository(registry, repository, async (session) => {
        const manifest = JSON.parse((await readManifest(session, digest)).bytes.toString());
        assert.equal(manifest.annotations["org.opencontainers.image.base.digest"], image.digest);
        const config = JSON.parse((await readBlob(session, manifest.config, 1e6)).toString());
        const { User, Env, Entrypoint, Cmd, WorkingDir } = config.config;
        assert.deepEqual(
          { User, Env, Entrypoint, Cmd, WorkingDir, created: config.created },
          {
            User: "65532",
            Env: ["PATH=/bin", "A=1"],
            Entrypoint: ["/bin/start"],
            Cmd: undefined,
            WorkingDir: "/app",
            created: "1970-01-01T00:00:00Z",
          },
        );
        const layer = gunzipSync(await readBlob(session, manifest.layers[1], 1e6));
        assert.equal(config.rootfs.diff_ids[1], digestOf(layer));
        assert.deepEqual(await namesIn(layer), [
          "app/",
          "app/bin/",
          "app/bin/start",
          "app/bin/again",
          "app/empty/",
          "app/index.js",
        ]);
      });
    });

    each("a large layer travels in pieces and comes back whole", async (registry) => {
      const repository = fresh();
      const bytes = randomBytes(35 * 1024 * 1024 + 3);
      const blob = { digest: digestOf(bytes), size: bytes.length };
      const steps: number[] = [];
      await inRepository(registry, repository, async (session) => {
        await sendBlob(session, { ...blob, open: pieces(bytes) }, (done) => steps.push(done));
        assert.equal(session.sent(), bytes.length);
        await fetchBlob(session, blob, join(await folder(), "back"), () => {});
      });
      assert.deepEqual([steps.at(-1), [...steps].sort((a, b) => a - b)], [bytes.length, steps]);
    });

    each("an upload whose connection breaks arrives all the same", async (registry) => {
      const repository = fresh();
      const bytes = randomBytes(35 * 1024 * 1024 + 5);
      const blob = { digest: digestOf(bytes), size: bytes.length };
      const waits: RegistryProgress[] = [];
      const cut = await cuttingProxy(registry.address, 20 * 1024 * 1024);
      try {
        await operation(
          {
            access: registry.access,
            deadline: patience,
            onProgress: (progress) => {
              if (progress.kind === "waiting") waits.push(progress);
            },
          },
          async (running) => {
            const session = openSession({ registry: cut.address, repository }, "pull,push", running);
            try {
              await sendBlob(session, { ...blob, open: pieces(bytes) }, () => {});
            } finally {
              session.close();
            }
          },
        );
      } finally {
        await cut.close();
      }
      assert.ok(waits.length > 0, "the connection was cut");
      await inRepository(registry, repository, async (session) =>
        fetchBlob(session, blob, join(await folder(), "back"), () => {}),
      );
    });

    each("a layer that is not what its digest says is refused by the registry", async (registry) => {
      const bytes = randomBytes(1000);
      const lie = { digest: digestOf(randomBytes(4)), size: bytes.length, open: pieces(bytes) };
      await inRepository(registry, fresh(), (session) =>
        assert.rejects(
          sendBlob(session, lie, () => {}),
          (error: unknown) => error instanceof RegistryError && /digest-mismatch|invalid-answer/.test(error.code),
        ),
      );
    });

    each(
      "wrong credentials, none, and those without the right are told apart, without their value",
      async (registry) => {
        const { wrong, readOnly } = registry;
        const image = await base(registry);
        if (wrong === undefined) {
          const never = (address: string) => ({ dockerConfig: withPassword(address, "never asked for") });
          assert.equal((await resolveImage(image.tag, options(registry, never))).digest, image.digest);
          return;
        }
        for (const [access, kind] of [
          [wrong, /used: (a user and password|an identity token)/],
          [(address: string) => ({ ...wrong(address), dockerConfig: undefined }), /used: no credentials/],
        ] as const)
          await assert.rejects(resolveImage(image.tag, options(registry, access)), (error: unknown) => {
            assert.ok(error instanceof RegistryError);
            assert.equal(error.code, "unauthorized");
            assert.match(error.message, kind);
            assert.ok(error.message.includes(registry.address));
            assert.ok(!`${error.message}${error.hint}`.includes("wrong-password"));
            return true;
          });
        if (readOnly === undefined) return;
        await resolveImage(image.tag, options(registry, readOnly));
        await assert.rejects(
          pushSnapshotImage({
            ...options(registry, readOnly),
            snapshot: await snapshot("denied"),
            base: image.tag,
            target: `${registry.address}/${fresh()}/user`,
          }),
          { code: "denied" },
        );
      },
    );

    each("a manifest that was pushed is there by digest", async (registry) => {
      const image = await base(registry);
      const has = (reference: string) => hasImage(`${registry.address}/${reference}`, options(registry));
      assert.equal(await has(`${image.repository}@${image.digest}`), true);
      assert.equal(await has(`${image.repository}:v1`), true);
      assert.equal(await has(`${image.repository}@${digestOf(randomBytes(4))}`), false);
      assert.equal(await has(`${image.repository}:v2`), false);
      assert.equal(await has(`${fresh()}:v1`), false);
    });
  });
}

function withPassword(address: string, password: string): string {
  const auth = Buffer.from(`somebody:${password}`).toString("base64");
  return JSON.stringify({ auths: { [address]: { auth } } });
}

async function namesIn(tar: Buffer): Promise<readonly string[]> {
  const names: string[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}
