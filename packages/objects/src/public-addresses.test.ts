import assert from "node:assert/strict";
import { test } from "node:test";
import { type KubernetesObject, publicAddressesOf } from "./index.ts";

const object = (apiVersion: string, kind: string, spec: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "shop" },
  spec,
});
const ingress = (spec: object) => publicAddressesOf(object("networking.k8s.io/v1", "Ingress", spec));
const route = (spec: object) => publicAddressesOf(object("gateway.networking.k8s.io/v1", "HTTPRoute", spec));

test("an Ingress opens the paths of its hosts, some of them by TLS", () => {
  const http = { paths: [{ path: "/" }, { path: "/api" }] };
  assert.deepEqual(
    ingress({ rules: [{ host: "a.example", http }, { host: "b.example" }, { http }], tls: [{ hosts: ["a.example"] }] }),
    [
      { host: "a.example", path: "/", tls: true },
      { host: "a.example", path: "/api", tls: true },
      { host: "b.example", path: "/", tls: false },
    ],
  );
});

test("an HTTPRoute opens its paths on each host, the whole host when it names none", () => {
  const rules = [{ matches: [{ path: { value: "/api" } }] }, {}];
  assert.deepEqual(
    route({ hostnames: ["a.example", "b.example"], rules }).map(({ host, path }) => `${host}${path}`),
    ["a.example/api", "a.example/", "b.example/api", "b.example/"],
  );
  assert.deepEqual(route({ hostnames: ["a.example"] }), [{ host: "a.example", path: "/", tls: undefined }]);
});

test("nothing else opens any", () => {
  assert.deepEqual(publicAddressesOf(object("v1", "Service", {})), []);
});
