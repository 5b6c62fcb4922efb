import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { it } from "node:test";
import { parseAllDocuments } from "yaml";
import { accountYaml, clusterRoleYaml } from "./account.ts";
import { rights } from "./rights.ts";

interface ClusterRole {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

it("the account is let do exactly what is asked about, and no Secret can be read", () => {
  const [role, ...others] = parseAllDocuments(accountYaml()).map((document) => document.toJS());
  const { rules }: ClusterRole = role;
  assert.deepEqual(
    rules.map(({ apiGroups, resources, resourceNames = [], verbs }) => ({
      apiGroups,
      resources,
      resourceNames,
      verbs,
    })),
    rights.map(({ group, resource, name, verbs }) => ({
      apiGroups: [group],
      resources: [resource],
      resourceNames: name === undefined ? [] : [name],
      verbs,
    })),
  );
  const secrets = rights.filter(({ resource }) => resource === "secrets");
  assert.ok(secrets.every(({ name, verbs }) => name !== undefined && !/get|list|watch/.test(verbs.join())));
  assert.deepEqual(
    others.map(({ kind }: { kind: string }) => kind),
    ["Namespace", "ServiceAccount", "ClusterRoleBinding", "Secret"],
  );
});

/** UPDATE_GOLDENS=1 writes them anew. */
for (const [name, text] of [
  ["cluster-role.yaml", clusterRoleYaml()],
  ["account.yaml", accountYaml()],
] as const) {
  it(`${name} says the same`, async () => {
    const file = new URL(`../../${name}`, import.meta.url);
    if (process.env["UPDATE_GOLDENS"] === "1") await writeFile(file, text);
    assert.equal(await readFile(file, "utf8"), text);
  });
}
