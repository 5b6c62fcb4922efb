import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspectKubeconfig, KubeconfigError } from "../index.ts";

const good = `
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c, user: token}}
- {name: plugin, context: {cluster: c, user: plugin}}
- {name: files, context: {cluster: files, user: files}}
- {name: plain, context: {cluster: plain, user: token}}
- {name: no-cluster, context: {cluster: absent, user: token}}
- {name: no-user, context: {cluster: c, user: absent}}
clusters:
- {name: c, cluster: {server: "https://127.0.0.1:6443"}}
- {name: files, cluster: {server: "https://127.0.0.1:6443", certificate-authority: ca.crt}}
- {name: plain, cluster: {server: "http://127.0.0.1:8080"}}
users:
- {name: token, user: {token: s3cret}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks]}}}
- {name: files, user: {client-certificate: /etc/cert, client-key: /etc/key}}
`;

/** One cluster, one user. */
function kubeconfigOf(user: string): string {
  return `
apiVersion: v1
kind: Config
current-context: one
contexts: [{name: one, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: u, user: {${user}}}]
`;
}

describe("a kubeconfig", () => {
  it("tells what using it would do", async () => {
    assert.deepEqual(await inspectKubeconfig({ kubeconfig: good }), {
      context: "one",
      contexts: ["one", "plugin", "files", "plain", "no-cluster", "no-user"],
      server: "https://127.0.0.1:6443",
      command: undefined,
      files: [],
    });
    assert.equal((await inspectKubeconfig({ kubeconfig: good, context: "plugin" })).command, "aws");
    const { files } = await inspectKubeconfig({ kubeconfig: good, context: "files", directory: "/home/me" });
    assert.deepEqual(files, ["/home/me/ca.crt", "/etc/cert", "/etc/key"]);
  });

  for (const [name, user] of [
    ["a plugin without a name", "exec: {args: [x]}"],
    ["a plugin that is a list", "exec: [sh]"],
    ["a provider's command", "auth-provider: {name: gcp, config: {cmd-path: /bin/sh}}"],
    ["a provider's command as a list", "auth-provider: {name: azure, config: {cmd-path: [/bin/sh]}}"],
    ["a provider's plugin", "auth-provider: {name: exec, config: {exec: {command: sh}}}"],
  ] as const) {
    it(`tells of ${name}`, async () => {
      assert.notEqual((await inspectKubeconfig({ kubeconfig: kubeconfigOf(user) })).command, undefined);
    });
  }

  for (const [name, user] of [
    ["a provider's file", "auth-provider: {name: tokenFile, config: {tokenFile: /etc/hostname}}"],
    ["a provider's file in a list", "auth-provider: {name: tokenFile, config: {tokenFile: [/etc/hostname]}}"],
  ] as const) {
    it(`tells of ${name}`, async () => {
      assert.equal((await inspectKubeconfig({ kubeconfig: kubeconfigOf(user) })).files.length, 1);
    });
  }

  for (const field of ["token-file", "tokenFile"]) {
    it(`is refused with ${field} before the file is read, whichever user has it`, async () => {
      const kubeconfig = kubeconfigOf(`${field}: /dev/zero`).replace(
        "users: [",
        "users: [{name: t, user: {token: t}}, ",
      );
      for (const text of [kubeconfig, kubeconfig.replace("user: u", "user: t")]) {
        await assert.rejects(inspectKubeconfig({ kubeconfig: text }), (error: Error) => {
          assert.ok(error instanceof KubeconfigError);
          assert.match(error.message, /token file/);
          return true;
        });
      }
    });
  }

  for (const [name, source, message] of [
    ["an unknown context", { kubeconfig: good, context: "two" }, /no context "two"; it has: one, plugin/],
    ["a cluster that is not there", { kubeconfig: good, context: "no-cluster" }, /names a cluster/],
    ["a user that is not there", { kubeconfig: good, context: "no-user" }, /names a user/],
    ["an address without TLS", { kubeconfig: good, context: "plain" }, /without TLS/],
    ["no YAML", { kubeconfig: "token: s3cret\n\t- s3cret: [" }, /no valid YAML at line 2/],
    ["an empty text", { kubeconfig: "" }, /cannot be read/],
    ["something else", { kubeconfig: "- s3cret" }, /no current context/],
    ["no current context", { kubeconfig: "clusters: []\ncontexts: []\nusers: []" }, /no current context/],
  ] as const) {
    it(`is refused for ${name}, and not quoted`, async () => {
      const error = await inspectKubeconfig(source).catch((caught: unknown) => caught);
      assert.ok(error instanceof KubeconfigError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(String(error.stack) + String(error.cause), /s3cret/);
    });
  }
});
