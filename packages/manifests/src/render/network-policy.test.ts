import assert from "node:assert/strict";
import { test } from "node:test";
import { isCronJob, isDeployment, isNamespace, isNetworkPolicy } from "@fairway/objects";
import { placeInSlot, render } from "../index.ts";
import { inputsOf, profileOf, sha256 } from "./testing/inputs.ts";
import { type End, mayConnect, type PodEnd, type Port } from "./testing/network-model.ts";

const profile = profileOf(`namespace = "{service}-{environment}"
[network]
gateways = ["ingress"]
platform = ["monitoring"]
internal = ["10.0.0.0/8"]
`);

/** Services of one cluster: app.toml and environment. */
const services: readonly (readonly [appToml: string, environment: string])[] = [
  [
    'name = "shop"\n[[dependencies]]\nname = "user"\n[[crons]]\nname = "tidy"\nschedule = "@daily"\ncommand = "x"',
    "prod",
  ],
  ['name = "shop"\n[[dependencies]]\nname = "user"', "staging"],
  ['name = "user"\nrun.port = 9000\nmetrics.port = 9100\n[[storages]]\nkind = "postgresql"\nname = "main"', "prod"],
  ['name = "user"', "staging"],
  ['name = "blog"', "prod"],
  [
    'name = "till"\n[[dependencies]]\nname = "pay"\nexternal = "https://pay.example.com"\n[[dependencies]]\nname = "old"\ncidrs = ["10.20.0.0/16:5432"]',
    "prod",
  ],
  ['name = "job"\nkind = "job"\n[[dependencies]]\nname = "user"', "prod"],
];

const objects = services.flatMap(([appToml, environment]) => {
  const inputs = inputsOf(appToml, environment, { profile });
  return placeInSlot(render(inputs, sha256)["beta"] ?? [], "a", "0123456789ab");
});
const policies = objects.filter(isNetworkPolicy);
const namespaces = Object.fromEntries(
  objects.filter(isNamespace).map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
);

/** A pod of a service, or of a cron of it. */
function pod(service: string, environment = "prod", cron?: string): PodEnd {
  const namespace = `${service}-${environment}`;
  const own = objects.filter(({ metadata }) => metadata.namespace === namespace);
  const template =
    cron === undefined ? own.find(isDeployment)?.spec?.template : own.find(isCronJob)?.spec?.jobTemplate.spec?.template;
  assert.ok(template);
  const ports = template.spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
  return {
    namespace,
    labels: template.metadata?.labels ?? {},
    address: "10.1.2.3",
    ports: Object.fromEntries(ports.map(({ name = "", containerPort }) => [name, containerPort])),
  };
}

function other(namespace: string, labels: Readonly<Record<string, string>> = {}): PodEnd {
  return { namespace, labels, address: "10.1.9.9", ports: {} };
}

const tcp = (number: number): Port => ({ protocol: "TCP", number });
const dns: Port = { protocol: "UDP", number: 53 };
const outside = { address: "93.184.216.34" };
const stranger = other("somebody-else");

const cases: readonly (readonly [what: string, from: End, to: End, port: Port, allowed: boolean])[] = [
  ["a declared consumer calls", pod("shop"), pod("user"), tcp(9000), true],
  ["a job that declares it calls too", pod("job"), pod("user"), tcp(9000), true],
  ["a cron of a consumer calls too", pod("shop", "prod", "tidy"), pod("user"), tcp(9000), true],
  ["a consumer reaches the service's port, not the one of its metrics", pod("shop"), pod("user"), tcp(9100), false],
  ["who has not declared it does not", pod("blog"), pod("user"), tcp(9000), false],
  ["the provider does not call back", pod("user"), pod("shop"), tcp(8080), false],
  ["another environment does not", pod("shop", "staging"), pod("user"), tcp(9000), false],
  ["each environment calls its own", pod("shop", "staging"), pod("user", "staging"), tcp(8080), true],
  ["a foreign pod does not", stranger, pod("user"), tcp(9000), false],
  [
    "a foreign pod that carries the label does",
    other("old", { "fairway.dev/calls.user": "true", "fairway.dev/environment": "prod" }),
    pod("user"),
    tcp(9000),
    true,
  ],
  ["the gateway calls", other("ingress"), pod("user"), tcp(9000), true],
  ["the gateway does not look at metrics", other("ingress"), pod("user"), tcp(9100), false],
  ["the platform looks at metrics", other("monitoring"), pod("user"), tcp(9100), true],
  ["the platform is reached", pod("blog"), other("monitoring"), tcp(4317), true],
  ["a service's own pods meet", pod("shop"), pod("shop", "prod", "tidy"), tcp(8080), true],
  ["nobody outside reaches a pod", outside, pod("user"), tcp(9000), false],
  ["names are looked up in the cluster", pod("blog"), other("kube-system"), dns, true],
  ["names are looked up on the node", pod("blog"), { address: "169.254.20.10" }, dns, true],
  ["names are not looked up outside", pod("blog"), outside, dns, false],
  ["the metadata of a cloud is not reached", pod("till"), { address: "169.254.169.254" }, tcp(80), false],
  ["an external is reached", pod("till"), outside, tcp(443), true],
  ["at its port alone", pod("till"), outside, tcp(22), false],
  ["an external does not open the cluster's own addresses", pod("till"), { address: "10.9.9.9" }, tcp(443), false],
  ["not even to services", pod("till"), pod("blog"), tcp(443), false],
  ["a range of addresses is reached", pod("till"), { address: "10.20.3.4" }, tcp(5432), true],
  ["a range of addresses has its port", pod("till"), { address: "10.20.3.4" }, tcp(22), false],
  ["who declares nothing reaches nothing outside", pod("blog"), outside, tcp(443), false],
  ["a storage is reached", pod("user"), other("databases"), tcp(5432), true],
];
for (const [what, from, to, port, allowed] of cases) {
  test(`network: ${what}`, () => assert.equal(mayConnect(policies, namespaces, from, to, port), allowed));
}

test("a new consumer changes nothing at the provider", () => {
  const policyOf = (environment: string) =>
    policies.find(({ metadata }) => metadata.namespace === `user-${environment}`);
  const alone = render(inputsOf(services[2]?.[0] ?? "", "prod", { profile }), sha256)["beta"]?.find(isNetworkPolicy);
  assert.deepEqual(policyOf("prod")?.spec, alone?.spec);
});
