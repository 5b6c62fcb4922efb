/** docs/guides/kubernetes.md, word for word: as its reader, with two clusters and a registry that has TLS and a password. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { followGuide } from "../e2e/guide.ts";
import { checkout, startPlatform } from "../e2e/platform.ts";
import { fillRegistry } from "./harness/images.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { selfSigned } from "./registries/certificate.ts";
import { startDockerRegistry } from "./registries/start-registry.ts";

const [user, password] = ["pusher", "s3cret-of-the-test"];

test("docs/guides/kubernetes.md does what it says", async (t) => {
  const kubernetes = await startKubernetes(t, { clusters: 2, kubelet: true });
  const platform = await startPlatform(t);
  const { folder } = platform;

  const host = kubernetes.registry.replace(/:\d+$/, "");
  const tls = await selfSigned(host);
  const { stdout: htpasswd } = await promisify(execFile)("htpasswd", ["-Bbn", "-C", "5", user, password]);
  const registry = await startDockerRegistry({ host, tls, htpasswd });
  t.after(registry.stop);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  await fillRegistry(
    { address: registry.address, certificateAuthority: tls.certificate, authorization },
    kubernetes.binaries.pause,
  );
  const login = { auths: { [registry.address]: { auth: authorization.replace("Basic ", "") } } };
  await writeFile(path.join(folder, "docker.json"), JSON.stringify(login), { mode: 0o600 });
  await writeFile(path.join(folder, "ca.pem"), tls.certificate);
  for (const cluster of kubernetes.clusters) await cluster.allowRegistry(registry.address, tls.certificate);
  const environment = {
    ...process.env,
    ...platform.env,
    PATH: `${await programs(kubernetes.binaries.components, folder)}:${process.env["PATH"]}`,
    KUBECONFIG: await contexts(kubernetes.clusters, ["berlin", "madrid"], folder),
  };

  const markdown = await readFile(path.join(checkout, "docs/guides/kubernetes.md"), "utf8");
  await followGuide(markdown.replaceAll("registry.example.com", registry.address), folder, async (command, exit) => {
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile("sh", ["-c", command], { cwd: folder, env: environment, timeout: 180_000 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, output: stdout + stderr });
      });
    });
    assert.equal(code, exit, `$ ${command}\n${output}`);
    return output;
  });
});

/** The two programs that the guide types, as they are called on a PATH. */
async function programs(components: string, folder: string): Promise<string> {
  const bin = path.join(folder, "..", "bin");
  await mkdir(bin, { recursive: true });
  const lines: Readonly<Record<string, string>> = {
    fairway: `exec ${process.execPath} ${path.join(checkout, "apps/cli/bin/fairway.js")} "$@"`,
    kubectl: `exec ${components} kubectl "$@"`,
  };
  for (const [name, line] of Object.entries(lines)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  return bin;
}

/** A kubeconfig of the clusters' owner, with a context for each by another name. */
async function contexts(
  clusters: readonly KubernetesCluster[],
  names: readonly string[],
  folder: string,
): Promise<string> {
  const configs = clusters.map(({ kubeconfig }) => JSON.parse(kubeconfig));
  const part = (key: "clusters" | "users", inner: "cluster" | "user") =>
    configs.map((config, index) => ({ name: names[index], [inner]: config[key][0][inner] }));
  const file = path.join(folder, "..", "kubeconfig");
  await writeFile(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: part("clusters", "cluster"),
      users: part("users", "user"),
      contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
      "current-context": names[0],
    }),
    { mode: 0o600 },
  );
  return file;
}
