import assert from "node:assert/strict";
import { test } from "node:test";
import { podSpecCauses } from "./pod-spec-validation.ts";

const causesOf = (path: string, subPath: string) =>
  podSpecCauses(
    {
      restartPolicy: "Always",
      containers: [
        {
          ...{ name: "main", image: "a", imagePullPolicy: "Always", terminationMessagePolicy: "File" },
          volumeMounts: [{ name: "v", mountPath: "/v", subPath }],
        },
      ],
      volumes: [
        { name: "v", configMap: { name: "settings", items: [{ key: "k", path }] } },
        { name: "w", projected: { sources: [{ secret: { name: "s", items: [{ key: "k", path }] } }] } },
      ],
    },
    "spec",
  )
    .filter(({ field = "" }) => /[pP]ath$/.test(field))
    .map(({ field, message = "" }) => `${field}: ${message.replace(/^.*: /, "")}`);

test("paths of a volume's files, and into it, stay within it", () => {
  const item = "spec.volumes[0].configMap.items[0].path";
  const projected = "spec.volumes[1].projected.sources[0].secret.items[0].path";
  const subPath = "spec.containers[0].volumeMounts[0].subPath";
  assert.deepEqual(causesOf("a/..b/c.txt", ""), []);
  assert.deepEqual(causesOf("a", "b/c"), []);
  for (const [path, why] of [
    ["/etc/x", "must be a relative path"],
    ["a/../../x", "must not contain '..'"],
    ["..data", "must not start with '..'"],
    ["", "Required value"],
  ] as const)
    assert.deepEqual(causesOf(path, ""), [`${item}: ${why}`, `${projected}: ${why}`].sort(), path);
  assert.deepEqual(causesOf("a", "../up"), [`${subPath}: must not contain '..'`]);
  assert.deepEqual(causesOf("a", "/up"), [`${subPath}: must be a relative path`]);
});
