import assert from "node:assert/strict";
import { test } from "node:test";
import { anywhereInputs } from "@fairway/manifests";
import { builtinProfile, type ProfileSettings, parseAppToml, specFor } from "@fairway/spec";
import { closedHosts } from "./closed-hosts.ts";

const network = builtinProfile.network;

function warnings(appToml: string, embedded: boolean, settings: ProfileSettings = builtinProfile): readonly string[] {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok);
  const inputs = anywhereInputs({
    environment: "prod",
    spec: specFor(parsed.value, "prod"),
    extras: [],
    profile: settings,
  });
  const record = {
    ...{ name: "kubernetes", environment: "prod", embedded, kubeconfig: "", context: undefined, gateway: undefined },
    ...{
      addressTemplate: "http://{service}",
      lost: undefined,
      retiring: undefined,
      createdAt: "2026-01-01T00:00:00.000Z",
    },
  };
  const cluster = { record, link: undefined, trouble: undefined, stopped: false };
  return closedHosts(inputs, { name: "prod", clusters: [cluster] });
}

const shop = 'name = "shop"\n[public]\nhost = "shop.example.com"\n';

test("a public host that policies close is warned of, with what opens it", () => {
  assert.deepEqual(warnings(shop, false), [
    "where kubernetes enforces network policies, shop.example.com cannot be reached: the platform's profile names no gateway's namespace ([network] gateways)",
  ]);
});

test("no warning where nothing is closed", () => {
  assert.deepEqual(warnings('name = "shop"', false), []);
  assert.deepEqual(warnings(shop, true), [], "embedded clusters enforce nothing");
  assert.deepEqual(
    warnings(shop, false, { ...builtinProfile, network: { ...network, gateways: ["projectcontour"] } }),
    [],
  );
  assert.deepEqual(warnings(shop, false, { ...builtinProfile, network: { ...network, policies: false } }), []);
});
