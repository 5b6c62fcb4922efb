import assert from "node:assert/strict";
import { it } from "node:test";
import type { Store } from "../open-store.ts";
import { at } from "./records.ts";

/** What people did and decided: the audit, and fields that were left to others. */
export function auditCases(make: () => Promise<Store>): void {
  it("knows which fields were left to others, by service and environment", async () => {
    const { keptFields } = await make();
    const kept = {
      ...{ environment: "prod", service: "user", object: "Deployment/user", field: ".spec.replicas" },
      ...{ actor: "admin", createdAt: "2026-01-01T00:00:00.000Z" },
    };
    await keptFields.add(kept);
    await keptFields.add({ ...kept, actor: "somebody else" });
    await keptFields.add({ ...kept, environment: "staging" });
    assert.deepEqual(await keptFields.list("prod", "user"), [kept]);
    assert.deepEqual(await keptFields.list("prod", "shop"), []);
    assert.equal(await keptFields.remove("prod", "user", "Deployment/user", ".spec.replicas"), true);
    assert.equal(await keptFields.remove("prod", "user", "Deployment/user", ".spec.replicas"), false);
    assert.deepEqual(await keptFields.list("prod", "user"), []);
  });

  it("remembers who did what, newest first", async () => {
    const { audit } = await make();
    const entry = {
      at: at(1),
      actor: "admin",
      permission: "services:deploy",
      command: "createRollout",
      target: "user",
      outcome: "accepted",
      detail: undefined,
    } as const;
    await audit.append(entry);
    await audit.append({ ...entry, outcome: "refused", detail: "no\0such" });
    const listed = await audit.list({ limit: 10 });
    assert.deepEqual(
      listed.map(({ id: _, ...rest }) => rest),
      [{ ...entry, outcome: "refused", detail: "no\ufffdsuch" }, entry],
    );
    const [newest] = listed;
    assert.equal((await audit.list({ limit: 1 })).length, 1);
    assert.deepEqual(await audit.list({ limit: 5, before: newest?.id }), listed.slice(1));
    assert.deepEqual(await audit.list({ limit: 5, outcome: "refused" }), listed.slice(0, 1));
    assert.deepEqual(await audit.list({ limit: 5, about: "user" }), listed);
    assert.deepEqual(await audit.list({ limit: 5, actor: "nobody" }), []);
  });
}
