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

/** A few lines that would be gigabytes. */
const bomb = ["a0: &a0 [s3cret]"]
  .concat(Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]`))
  .join("\n");

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

  it("names a token file, of the chosen context only, and reads none", async () => {
    const kubeconfig = kubeconfigOf("tokenFile: /dev/zero");
    assert.deepEqual((await inspectKubeconfig({ kubeconfig })).files, ["/dev/zero"]);
    const other = kubeconfig.replace("users: [", "users: [{name: t, user: {token: t}}, ").replace("user: u", "user: t");
    assert.deepEqual((await inspectKubeconfig({ kubeconfig: other })).files, []);
  });

  for (const [name, user, message] of [
    ["a plugin without a name", "exec: {args: [x]}", /without a name/],
    ["a plugin that is a list", "exec: [sh]", /without a name/],
    ["a plugin's name that is a list", "exec: {command: [sh]}", /without a name/],
    [
      "a plugin of an old protocol",
      "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}",
      /v1beta1/,
    ],
    [
      "a plugin that asks a person",
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Always}",
      /asks a person/,
    ],
    ["a provider", "auth-provider: {name: gcp, config: {cmd-path: /bin/sh}}", /out of use/],
    ["a token that is no text", "token: [s3cret]", /token that is no text/],
    ["a key that is a list", "client-key: [/etc/hostname]", /client-key that is no text/],
  ] as const) {
    it(`is refused for ${name}`, async () => {
      const error = await inspectKubeconfig({ kubeconfig: kubeconfigOf(user) }).catch((caught: unknown) => caught);
      assert.ok(error instanceof KubeconfigError, String(error));
      assert.match(error.message, message);
    });
  }

  it("is refused for a proxy that is none", async () => {
    const kubeconfig = good.replace(/(\{name: c, cluster: \{)/, '$1proxy-url: "socks5://s3cret@h", ');
    await assert.rejects(inspectKubeconfig({ kubeconfig }), /proxy-url that is no http/);
  });

  for (const [name, source, message] of [
    ["an unknown context", { kubeconfig: good, context: "two" }, /no context "two"; it has: one, plugin/],
    ["a cluster that is not there", { kubeconfig: good, context: "no-cluster" }, /names a cluster/],
    ["a user that is not there", { kubeconfig: good, context: "no-user" }, /names a user/],
    ["an address without TLS", { kubeconfig: good, context: "plain" }, /without TLS/],
    ["no YAML", { kubeconfig: "token: s3cret\n\t- s3cret: [" }, /no valid YAML at line 2/],
    ["an empty text", { kubeconfig: "" }, /no current context/],
    ["aliases without end", { kubeconfig: bomb }, /aliases/],
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
