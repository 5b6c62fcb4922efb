import type { JsonObject } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";

const policy = (spec: JsonObject, name = "p"): JsonObject => ({ metadata: { name }, spec });
const ingress = (spec: JsonObject, name = "i"): JsonObject => ({ metadata: { name }, spec });
const service = (port: JsonObject, name = "web"): JsonObject => ({ service: { name, port } });
const path = (entry: JsonObject): JsonObject => ({
  rules: [
    {
      host: "shop.example",
      http: { paths: [{ pathType: "Prefix", path: "/", backend: service({ name: "http" }), ...entry }] },
    },
  ],
});

/** Network policies and Ingresses: what is filled in, and what is refused. What enforces and serves them is not compared. */
export function networkingCases(each: Register): void {
  const talk = dialogues(each, "networking", { ownership: true });

  talk("a NetworkPolicy is completed", async ({ post }) => {
    await post("networkpolicies", policy({ podSelector: {} }));
    await post("networkpolicies", policy({ podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] }, "q"));
    await post(
      "networkpolicies",
      policy(
        {
          podSelector: { matchLabels: { app: "web" } },
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            { from: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: "http" }, { port: 1, endPort: 9 }] },
          ],
          egress: [
            {
              to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }],
              ports: [{ protocol: "UDP", port: 53 }],
            },
            {},
          ],
        },
        "r",
      ),
    );
  });
  talk("a changed NetworkPolicy has a new generation", async ({ prepare, patch }) => {
    await prepare("POST", "networkpolicies", policy({ podSelector: {} }));
    await patch("merge", "networkpolicies/p", { spec: { policyTypes: ["Egress"] } });
    await patch("merge", "networkpolicies/p", { metadata: { labels: { a: "b" } } });
  });
  talk("a NetworkPolicy is refused", async ({ post }) => {
    const all = { podSelector: {} };
    const rule = (inner: JsonObject) => ({ ...all, ingress: [inner] });
    for (const wrong of [
      { podSelector: { matchLabels: { "a b": "c" } } },
      { ...all, policyTypes: ["Sideways"] },
      { ...all, policyTypes: ["Ingress", "Egress", "Ingress"] },
      rule({ from: [{}] }),
      rule({ from: [{ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }] }),
      rule({ from: [{ ipBlock: { cidr: "" } }] }),
      rule({ from: [{ ipBlock: { cidr: "10.0.0.0" } }] }),
      rule({ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16", "10.0.0.0/8", "x"] } }] }),
      rule({ ports: [{ port: 0 }, { port: "Not A Port" }, { port: 80, protocol: "ICMP" }] }),
      rule({ ports: [{ endPort: 9 }, { port: "http", endPort: 9 }, { port: 9, endPort: 8 }] }),
    ]) {
      await post("networkpolicies?dryRun=All", policy(wrong));
    }
  });
  talk("an Ingress is stored", async ({ post, get }) => {
    await post("ingresses", ingress(path({})));
    await post("ingresses", ingress({ defaultBackend: service({ number: 80 }) }, "j"));
    await post(
      "ingresses",
      ingress({ ...path({}), tls: [{ hosts: ["shop.example"], secretName: "s" }], ingressClassName: "nginx" }, "k"),
    );
    await get("ingresses/i/status");
  });
  talk("an Ingress is refused", async ({ post }) => {
    for (const wrong of [
      {},
      { rules: [{ host: "shop.example", http: { paths: [] } }] },
      { rules: [{ host: "10.1.2.3" }] },
      { rules: [{ host: "Shop" }, { host: "*.shop.example" }, { host: "*shop.example" }] },
      path({ pathType: "Suffix" }),
      path({ path: "api" }),
      path({ path: "/a//b" }),
      path({ path: "/a/.." }),
      path({ path: "", pathType: "ImplementationSpecific" }),
      path({ path: "a", pathType: "ImplementationSpecific" }),
      path({ backend: {} }),
      path({ backend: service({}) }),
      path({ backend: service({ name: "http", number: 80 }) }),
      path({ backend: service({ number: 80 }, "") }),
      path({ backend: service({ number: 80 }, "Web") }),
      path({ backend: service({ number: 70_000 }) }),
      { ...path({}), tls: [{ hosts: ["UPPER"], secretName: "a b" }] },
      { ...path({}), ingressClassName: "A B" },
    ]) {
      await post("ingresses?dryRun=All", ingress(wrong));
    }
  });
}
