import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressError, addressTemplateIssue, render, resolveAddress } from "./index.ts";
import { inputsOf, sha256 } from "./render/testing/inputs.ts";

const user = { service: "user", namespace: "user-prod", number: 7 };

for (const [template, address] of [
  ["http://{service}.{namespace}.svc.cluster.local", "http://user.user-prod.svc.cluster.local"],
  ["http://127.0.0.1:{21000+number}", "http://127.0.0.1:21007"],
  ["https://s{number}.example.org/x", "https://s7.example.org/x"],
  ["http://fixed.example.org", "http://fixed.example.org"],
] as const) {
  test(`${template} is ${address}`, () => {
    assert.equal(resolveAddress(template, user), address);
    assert.equal(addressTemplateIssue(template), undefined);
  });
}

for (const template of [
  "http://{host}",
  "http://{1+1}",
  "http://{number+1}",
  "{service}",
  "ftp://{service}",
  "http://a b",
]) {
  test(`${template} is no template`, () => assert.ok(addressTemplateIssue(template)));
}

test("a number that is not known is an error that names the service", () => {
  assert.throws(
    () => resolveAddress("http://127.0.0.1:{21000+number}", { ...user, number: undefined }),
    new AddressError("the service user has no number yet"),
  );
});

test("each cluster gives a dependency's address in its own way", () => {
  const rendered = render(inputsOf('name = "web"\n[[dependencies]]\nname = "orders-api"', "prod"), sha256);
  const addresses = Object.values(rendered).map(
    (objects) => objects.find((object) => object.kind === "ConfigMap")?.["data"],
  );
  assert.deepEqual(addresses, [
    { SERVICE_ORDERS_API_URL: "http://127.0.0.1:21002" },
    { SERVICE_ORDERS_API_URL: "http://orders-api.orders-api.svc.cluster.local" },
  ]);
});
