import assert from "node:assert/strict";
import { test } from "node:test";
import { driftWords } from "./index.ts";

test("a change by hand in one line: what, where, by whom", () => {
  const of = { clusters: ["alpha"], object: "Deployment/user-a", hidden: false, kept: false };
  const replicas = { ...of, field: ".spec.replicas", manager: "kubectl-edit" };
  assert.equal(driftWords({ ...replicas, change: "changed" }), ".spec.replicas of Deployment/user-a by kubectl-edit");
  assert.equal(
    driftWords({ ...replicas, change: "added" }),
    ".spec.replicas of Deployment/user-a was added by kubectl-edit",
  );
  assert.equal(
    driftWords({ ...of, field: ".data.LEVEL", change: "removed" }),
    ".data.LEVEL of Deployment/user-a was taken out",
  );
  assert.equal(driftWords({ ...of, change: "deleted" }), "Deployment/user-a was deleted");
  assert.equal(
    driftWords({ ...of, change: "extra", manager: "kubectl-create" }),
    "Deployment/user-a was made by kubectl-create, with the service's labels",
  );
});
