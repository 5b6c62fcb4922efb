import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeployDiff } from "@fairway/api";
import { plainStyle } from "../terminal/style.ts";
import { widthOf } from "../terminal/text.ts";
import { changed, deployDiff, field, inCluster } from "../testing/deploy-diff.ts";
import { assertGolden } from "../testing/golden.ts";
import { diffScreen } from "./diff-screen.ts";

const restart = { code: "restart", why: "its pods belong to another release" } as const;
const deployment = changed("Deployment", "shop-a", { risks: [restart] });
const variables = (hash: string, more: Parameters<typeof field>[] = []) =>
  changed("ConfigMap", `shop-${hash}`, {
    insteadOf: "shop-0000000000",
    fields: [field(".data.LEVEL", "info", "debug"), ...more.map((one) => field(...one))],
  });
const properties = ["# what the shop sells", "level = info", "colour = red", "size = 4", "shape = round", ""].join(
  "\n",
);

const cases: Readonly<Record<string, DeployDiff>> = {
  "no-changes": deployDiff({ release: "5b02aa3d9e11" }),
  "only-the-release": deployDiff({
    clusters: ["alpha", "beta"].map((one) => inCluster(one, { objects: [deployment] })),
  }),
  "one-variable": deployDiff({
    clusters: [
      inCluster("alpha", { objects: [variables("aaaaaaaaaa"), deployment] }),
      inCluster("beta", { objects: [variables("bbbbbbbbbb"), deployment] }),
    ],
  }),
  "not-deployed-yet": (() => {
    const objects = ["Namespace", "ConfigMap", "Deployment", "Service"].map((kind) =>
      changed(kind, kind === "Deployment" ? "shop-a" : "shop", { change: "created" }),
    );
    const clusters = ["alpha", "beta"].map((one) => inCluster(one, { objects, unchanged: 0 }));
    const { active: _, release: __, ...rest } = deployDiff({ code: "none", clusters });
    return rest;
  })(),
  "each-cluster-its-own": deployDiff({
    code: "snapshot",
    notes: ["the image will change: it is made and pushed by the deploy"],
    clusters: [
      inCluster("alpha", { objects: [variables("aaaaaaaaaa", [[".data.ADDRESS", "a:1", "a:2"]]), deployment] }),
      inCluster("beta", {
        objects: [
          deployment,
          changed("Ingress", "shop", {
            fields: [field('.spec.rules[host="shop.example.com"]', { host: "shop.example.com" }, undefined)],
            risks: [{ code: "host-lost", why: "shop.example.com" }],
          }),
          changed("ResourceQuota", "shop", {
            change: "removed",
            risks: [{ code: "removed", why: "the new release does not have it" }],
          }),
        ],
      }),
      inCluster("gamma", {
        compared: false,
        problems: [
          {
            code: "ClusterUnreachable",
            message: "cluster gamma cannot be reached: connect ECONNREFUSED 10.0.0.1:6443",
            advice: "check that cluster gamma is up: fairway clusters",
          },
        ],
      }),
    ],
  }),
  "all-sorts-of-values": deployDiff({
    clusters: [
      inCluster("alpha", {
        objects: [
          changed("ConfigMap", "shop-files", {
            fields: [
              field('.data["app.properties"]', properties, properties.replace("red", "blue").replace("4", "5")),
              field(".data.DB_PASSWORD", "(hidden)", "(hidden)", true),
              field(".data.API_TOKEN", undefined, "(hidden)", true),
              field(".data.BLANK", " ", ""),
              field(".data.BELL", "a\u001b[2Jb", "c\u0007d"),
              field(".data.LONG", `${"a".repeat(120)}1${"z".repeat(60)}`, `${"a".repeat(120)}2${"z".repeat(60)}`),
            ],
          }),
          changed("Deployment", "shop-a", {
            fields: [
              field(".spec.replicas", 3, 2),
              field('.spec.template.spec.containers[name="app"].resources.limits.memory', "512Mi", "256Mi"),
              field('.spec.template.spec.containers[name="app"].readinessProbe', undefined, {
                httpGet: { path: "/ready", port: "http" },
                periodSeconds: 5,
                failureThreshold: 3,
              }),
              field('.spec.template.metadata.annotations["example.com/long-name-of-an-annotation"]', "a", undefined),
            ],
            risks: [
              restart,
              { code: "shrink", why: "replicas 3 -> 2", path: ".spec.replicas" },
              { code: "shrink", why: "memory limit 512Mi -> 256Mi" },
            ],
          }),
        ],
      }),
    ],
  }),
  refused: deployDiff({
    clusters: [
      inCluster("alpha", {
        objects: [
          changed("Deployment", "shop-a", {
            fields: [field('.spec.selector.matchLabels["fairway.dev/service"]', "shop", "store")],
            risks: [
              { code: "immutable", why: "field is immutable", path: ".spec.selector" },
              { code: "replace", why: "only a new object can have it, and a deploy does not delete this one" },
            ],
          }),
        ],
        problems: [
          {
            code: "ImmutableField",
            message: "Deployment/shop-a would change a field that cannot be changed: .spec.selector field is immutable",
            advice: "remove the service and deploy it anew, or take the change back",
            object: "Deployment/shop-a",
          },
        ],
      }),
    ],
  }),
  warned: deployDiff({
    clusters: [
      inCluster("alpha", {
        problems: [
          {
            severity: "warning",
            code: "Unschedulable",
            message: "1 of 3 pods find no room on the nodes now",
            advice: "take fewer replicas",
          },
        ],
      }),
    ],
  }),
};

for (const [name, diff] of Object.entries(cases)) {
  test(`a diff as people see it: ${name}`, () => {
    const lines = diffScreen(diff, { width: 100, style: plainStyle, full: false });
    assertGolden(`diff/${name}.txt`, `${lines.join("\n")}\n`);
    for (const width of [60, 80, 200]) {
      for (const line of diffScreen(diff, { width, style: plainStyle, full: false })) {
        assert.ok(widthOf(line) <= width, `${widthOf(line)} columns of ${width}: ${line}`);
      }
    }
  });
}

test("nothing is cut when all is asked for, and nothing steers the terminal", () => {
  const [diff] = [cases["all-sorts-of-values"]];
  assert.ok(diff);
  const text = diffScreen(diff, { width: 60, style: plainStyle, full: true }).join("\n");
  assert.ok(text.includes(`${"a".repeat(120)}2${"z".repeat(60)}`));
  assert.doesNotMatch(text, /[^\P{Cc}\n\t]/u);
});

test("files that have nothing in common are told, and soon", () => {
  const file = (begin: number) => Array.from({ length: 30_000 }, (_, at) => `line ${begin + at}`).join("\n");
  const fields = [field(".data.FILE", file(0), file(1_000_000))];
  const diff = deployDiff({ clusters: [inCluster("alpha", { objects: [changed("ConfigMap", "shop", { fields })] })] });
  const started = performance.now();
  const lines = diffScreen(diff, { width: 80, style: plainStyle, full: true });
  assert.ok(performance.now() - started < 20_000);
  for (const line of ["          - line 0", "          + line 1000000"]) assert.ok(lines.includes(line));
});
