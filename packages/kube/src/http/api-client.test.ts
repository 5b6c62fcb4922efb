import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { KubernetesObject, ObjectRef } from "@fairway/objects";
import { ClusterError, type ClusterErrorCode } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type Answer, type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";

const settings: KubernetesObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "user" },
  data: { LEVEL: "info" },
};
const ref: ObjectRef = { apiVersion: "v1", kind: "ConfigMap", namespace: "user", name: "settings" };
const stored = fakeObject("ConfigMap", "settings", "7");

let api: FakeApi;
let cluster: ConnectedCluster;

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connect(api.kubeconfig);
});
afterEach(async () => {
  cluster.close();
  await api.close();
});

function connect(kubeconfig: string, deadlineMilliseconds = 5_000): Promise<ConnectedCluster> {
  return connectCluster({ name: "alpha", kubeconfig, deadlineMilliseconds, firstWaitMilliseconds: 1 });
}

/** Gives each of the answers once, then the object. */
function answers(...list: readonly Answer[]): void {
  const left = [...list];
  api.answer(() => left.shift() ?? { status: 200, body: stored });
}

async function failure(call: Promise<unknown>): Promise<ClusterError> {
  const error = await call.then(
    () => assert.fail("the call should fail"),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.cluster, "alpha");
  return error;
}

describe("requests", () => {
  it("apply sends what server-side apply wants, without the server's own fields", async () => {
    answers();
    await cluster.apply(
      { ...settings, metadata: { ...settings.metadata, resourceVersion: "3", uid: "x", managedFields: [] } },
      { force: true, dryRun: true, resourceVersion: "7", uid: "u" },
    );
    const [seen] = api.seen;
    assert.equal(`${seen?.method} ${seen?.path}`, "PATCH /api/v1/namespaces/user/configmaps/settings");
    assert.deepEqual(seen?.query, { fieldManager: "fairway", fieldValidation: "Strict", force: "true", dryRun: "All" });
    assert.equal(seen?.headers["content-type"], "application/apply-patch+yaml");
    answers();
    await cluster.create(settings, undefined, { dryRun: true });
    assert.deepEqual(api.seen[1]?.query, { fieldManager: "fairway", fieldValidation: "Strict", dryRun: "All" });
    assert.equal(seen?.headers.authorization, "Bearer t0ken");
    assert.deepEqual(seen?.body, {
      ...settings,
      metadata: { ...settings.metadata, resourceVersion: "7", uid: "u" },
    });
  });

  it("delete carries its preconditions and goes on in the background", async () => {
    answers();
    await cluster.delete({ ...ref, apiVersion: "apps/v1", kind: "Deployment" }, { uid: "u" });
    const [seen] = api.seen;
    assert.equal(`${seen?.method} ${seen?.path}`, "DELETE /apis/apps/v1/namespaces/user/deployments/settings");
    assert.deepEqual(seen?.body, {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Background",
      preconditions: { uid: "u" },
    });
  });

  it("list collects pages, names kinds that items leave out, and starts anew when a page has expired", async () => {
    const item = { metadata: { name: "a" } };
    const pages: Answer[] = [
      { status: 200, body: { metadata: { continue: "2nd" }, items: [item] } },
      { status: 410, body: { reason: "Expired", message: "too old", code: 410 } },
      { status: 200, body: { metadata: { continue: "2nd" }, items: [item] } },
      { status: 200, body: { metadata: { resourceVersion: "9" }, items: [{ metadata: { name: "b" } }] } },
    ];
    api.answer(() => pages.shift());
    const found = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: "user", labels: { a: "1", b: "2" } });
    assert.deepEqual(
      found.map((one) => `${one.kind}/${one.metadata.name}`),
      ["Pod/a", "Pod/b"],
    );
    assert.deepEqual(api.seen[0]?.query, { labelSelector: "a=1,b=2", limit: "200" });
    assert.equal(api.seen[3]?.query["continue"], "2nd");
  });

  it("a list that never ends is given up", async () => {
    let page = 0;
    api.answer(() => ({ status: 200, body: { metadata: { continue: String(++page) }, items: [] } }));
    assert.match((await failure(cluster.list({ apiVersion: "v1", kind: "Pod" }))).message, /list of pods has no end/);
  });

  it("what is not registered, or lacks its namespace, is not sent at all", async () => {
    assert.equal((await failure(cluster.get({ ...ref, kind: "Widget" }))).code, "invalid");
    assert.equal((await failure(cluster.get({ apiVersion: "v1", kind: "Pod", name: "a" }))).code, "invalid");
    assert.equal((await failure(cluster.replace(settings))).code, "invalid");
    assert.equal(api.seen.length, 0);
  });
});

describe("answers", () => {
  const cases: readonly [string, Answer & object, ClusterErrorCode, RegExp][] = [
    ["401", status(401, "Unauthorized"), "unauthenticated", /Unauthorized/],
    [
      "a missing right",
      status(403, 'configmaps "settings" is forbidden: User "u" cannot patch resource "configmaps" in API group ""'),
      "forbidden",
      /cannot patch/,
    ],
    [
      "a full quota",
      status(403, 'pods "p" is forbidden: exceeded quota: team, requested: pods=1, used: pods=5, limited: pods=5'),
      "quota-exceeded",
      /exceeded quota/,
    ],
    [
      "Pod Security",
      status(403, 'pods "p" is forbidden: violates PodSecurity "restricted:latest"'),
      "denied",
      /violates/,
    ],
    [
      "a namespace that is going away",
      status(
        403,
        'configmaps "s" is forbidden: unable to create new content in namespace user because it is being terminated',
      ),
      "conflict",
      /being terminated/,
    ],
    [
      "a webhook's no, whatever its code",
      status(400, 'admission webhook "policy.example.com" denied the request: no latest tags'),
      "denied",
      /no latest tags/,
    ],
    [
      "an admission policy's no",
      status(
        422,
        "deployments.apps \"d\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too many replicas",
      ),
      "denied",
      /too many replicas/,
    ],
    [
      "a webhook that is down",
      status(500, 'Internal error occurred: failed calling webhook "policy.example.com": connection refused'),
      "denied",
      /failed calling webhook/,
    ],
    [
      "a webhook that cannot try",
      status(400, 'admission webhook "policy.example.com" does not support dry run'),
      "no-dry-run",
      /dry run/,
    ],
    ["an occupied name", status(409, 'configmaps "settings" already exists'), "conflict", /already exists/],
    ["a missing namespace", status(404, 'namespaces "user" not found'), "not-found", /namespaces "user"/],
    ["an API that stays broken", status(500, "etcdserver: leader changed"), "unreachable", /leader changed/],
    ["a proxy's page", { status: 502, body: "<html>Bad Gateway</html>" }, "unreachable", /HTTP status 502/],
    ["an unknown status", status(418, "I am a teapot"), "unknown", /teapot/],
    ["no JSON", { status: 200, body: "hello" }, "unknown", /not JSON/],
    ["no object", { status: 200, body: { kind: "ConfigMap" } }, "unknown", /no object/],
  ];
  for (const [name, answer, code, message] of cases) {
    it(`${name}: ${code}`, async () => {
      api.answer(() => answer);
      const error = await failure(cluster.apply(settings));
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }

  it("a field conflict names managers and fields", async () => {
    api.answer(() => ({
      status: 409,
      body: {
        kind: "Status",
        reason: "Conflict",
        message: 'Apply failed with 1 conflict: conflict with "kubectl-scale" with subresource "scale" using apps/v1',
        details: {
          causes: [
            {
              reason: "FieldManagerConflict",
              message: 'conflict with "kubectl-scale" with subresource "scale" using apps/v1',
              field: ".spec.replicas",
            },
          ],
        },
      },
    }));
    const error = await failure(cluster.apply(settings));
    assert.equal(error.code, "field-conflict");
    assert.equal(error.fields[0]?.manager, "kubectl-scale");
    assert.equal(error.fields[0]?.field, ".spec.replicas");
  });

  it("an object of another uid is a conflict, though the API calls the uid an immutable field", async () => {
    const cause = { reason: "FieldValueInvalid", message: "field is immutable", field: "metadata.uid" };
    api.answer(() => ({
      status: 422,
      body: { reason: "Invalid", message: "metadata.uid: field is immutable", details: { causes: [cause, cause] } },
    }));
    assert.equal((await failure(cluster.apply(settings, { uid: "u" }))).code, "conflict");
  });

  it("an invalid object names its fields, also where only the message has them", async () => {
    api.answer(() => ({
      status: 422,
      body: {
        reason: "Invalid",
        message: "Deployment is invalid",
        details: { causes: [{ reason: "FieldValueInvalid", message: "field is immutable", field: "spec.selector" }] },
      },
    }));
    const error = await failure(cluster.apply(settings));
    assert.equal(error.code, "invalid");
    assert.deepEqual(error.fields, [{ field: "spec.selector", message: "field is immutable" }]);
    for (const [code, message] of [
      [400, 'strict decoding error: unknown field "spec.replica"'],
      [
        500,
        "failed to create typed patch object (user/a; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema",
      ],
    ] as const) {
      api.answer(() => status(code, message));
      const refused = await failure(cluster.apply(settings));
      assert.equal(refused.code, "invalid");
      assert.deepEqual(refused.fields, [{ field: ".spec.replica", message: "there is no such field" }]);
    }
  });

  it("an object that does not fit its schema names every place, though the API says 500", async () => {
    const start = "failed to create typed patch object (user/a; apps/v1, Kind=Deployment)";
    for (const [said, fields] of [
      [
        '.spec.template.spec.containers[name="app"].env: duplicate entries for key [name="A"]',
        [{ field: '.spec.template.spec.containers[name="app"].env', message: 'duplicate entries for key [name="A"]' }],
      ],
      [
        "errors:\n  .spec.a: field not declared in schema\n  .spec.replicas: expected numeric (int or float), got string",
        [
          { field: ".spec.a", message: "there is no such field" },
          { field: ".spec.replicas", message: "expected numeric (int or float), got string" },
        ],
      ],
    ] as const) {
      api.answer(() => status(500, `${start}: ${said}`));
      const refused = await failure(cluster.apply(settings));
      assert.equal(refused.code, "invalid");
      assert.deepEqual(refused.fields, fields);
    }
  });

  it("what a hostile API says goes into no message at full length, and costs no time", async () => {
    const long = `failed to create typed patch object: ${".".repeat(1024 * 1024)}`;
    const causes = Array.from({ length: 5_000 }, () => ({ field: "spec", message: "x".repeat(10_000) }));
    answers({ status: 500, body: { message: long } }, { status: 422, body: { message: long, details: { causes } } });
    const begun = performance.now();
    assert.ok((await failure(cluster.apply(settings, {}))).message.length < 10_000);
    const { message, fields } = await failure(cluster.apply(settings, {}));
    assert.ok(message.length < 10_000);
    assert.ok(JSON.stringify(fields).length < 4_000_000);
    // By the square of the length it would take an hour.
    assert.ok(performance.now() - begun < 20_000);
  });

  it("what is not there is undefined to get, and done to delete", async () => {
    api.answer(() => status(404, "not found"));
    assert.equal(await cluster.get(ref), undefined);
    await cluster.delete(ref, {});
  });
});

describe("repetition", () => {
  const broken: Answer = status(503, "the server is starting");

  it("reads and idempotent writes are tried again, a few times", async () => {
    answers(broken, "reset", broken);
    assert.equal((await cluster.get(ref))?.metadata.resourceVersion, "7");
    answers(broken, "reset");
    await cluster.apply(settings);
    answers("reset");
    await cluster.delete(ref, { uid: "u" });
    assert.equal(api.seen.length, 4 + 3 + 2);
    api.answer(() => broken);
    const error = await failure(cluster.get(ref));
    assert.equal(error.code, "unreachable");
    assert.equal(api.seen.length, 9 + 4);
  });

  it("a write that may have happened is not done twice", async () => {
    for (const [name, write] of [
      ["create", () => cluster.create(settings)],
      ["replace", () => cluster.replace({ ...settings, metadata: { ...settings.metadata, resourceVersion: "6" } })],
      ["apply under a version", () => cluster.apply(settings, { resourceVersion: "6" })],
      ["delete under a version", () => cluster.delete(ref, { resourceVersion: "6" })],
    ] as const) {
      for (const trouble of ["reset", status(500, "etcdserver: request timed out")] as const) {
        const before = api.seen.length;
        answers(trouble);
        assert.equal((await failure(write())).code, "unreachable", name);
        assert.equal(api.seen.length, before + 1, name);
      }
    }
  });

  it("what the API did not take up is sent again, when it says so", async () => {
    answers(
      { ...status(429, "too many requests"), headers: { "retry-after": "0" } },
      { ...status(503, "overloaded"), headers: { "retry-after": "0" } },
    );
    await cluster.create(settings);
    assert.equal(api.seen.length, 3);
  });

  it("a write that never reached the API is sent again", async () => {
    await api.cut();
    const creating = failure(cluster.create(settings));
    assert.equal((await creating).code, "unreachable");
    assert.match((await creating).message, /connection refused/);
  });
});

describe("deadlines", () => {
  it("an API that says nothing is unreachable when the time is up", async () => {
    api.answer(() => "hang");
    const hasty = await connect(api.kubeconfig, 100);
    const error = await failure(hasty.get(ref));
    hasty.close();
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /within 0\.1 s/);
  });

  it("an API that changes the protocol has not answered", { timeout: 30_000 }, async () => {
    api.answer(() => ({ status: 101, headers: { connection: "upgrade", upgrade: "spdy/3.1" } }));
    const error = await failure(cluster.create(settings));
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /closed the connection/);
    assert.equal(api.seen.length, 1);
  });

  it("the last trouble is told with it", async () => {
    let first = true;
    api.answer(() => {
      if (!first) return "hang";
      first = false;
      return status(503, "the server is starting");
    });
    const hasty = await connect(api.kubeconfig, 100);
    assert.match((await failure(hasty.get(ref))).message, /the server is starting/);
    hasty.close();
  });

  it("a caller's signal ends a call at once, with its own reason", async () => {
    api.answer(() => "hang");
    const controller = new AbortController();
    const call = cluster.get(ref, controller.signal);
    controller.abort(new Error("enough"));
    await assert.rejects(call, /enough/);
    await assert.rejects(cluster.get(ref, AbortSignal.abort(new Error("before"))), /before/);
  });
});

function status(code: number, message: string) {
  return { status: code, body: { kind: "Status", code, message } };
}
