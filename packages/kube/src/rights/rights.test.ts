import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { parse } from "yaml";
import { rights } from "./rights.ts";

interface ClusterRole {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

it("the role for documentation grants exactly the rights that are asked about", async () => {
  const text = await readFile(new URL("../../cluster-role.yaml", import.meta.url), "utf8");
  const role: ClusterRole = parse(text);
  const granted = role.rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  const needed = rights.flatMap(({ group, resource, verbs }) => verbs.map((verb) => `${verb} ${group}/${resource}`));
  assert.deepEqual(granted.toSorted(), needed.toSorted());
});
