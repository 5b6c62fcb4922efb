import { isObject, type JsonObject, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";

/** The kinds that we need, of all that a cluster may have. */
const needed = new Set(
  "configmaps events namespaces nodes pods secrets serviceaccounts services deployments replicasets jobs cronjobs leases endpointslices poddisruptionbudgets ingresses networkpolicies".split(
    " ",
  ),
);
const isNeeded = (name: string) => {
  const [resource = "", subresource = ""] = name.split("/");
  return needed.has(resource) && ["", "status", "scale", "log"].includes(subresource);
};

const resources = (body: JsonObject) =>
  objectsAt(body, "resources")
    .filter(({ name }) => isNeeded(String(name)))
    .map(({ storageVersionHash: _, ...rest }) => ({ ...rest, shortNames: rest["shortNames"] ?? [] }))
    .sort((a, b) => (textAt(a, "name") < textAt(b, "name") ? -1 : 1));

/** How clients find out what there is. */
export function discoveryCases(each: Register): void {
  const talk = dialogues(each, "discovery");

  talk("the core group has one version", async ({ get }) => {
    await get("/api", { show: ({ kind, versions }) => ({ kind, versions }) });
    await get("/api/v1", {
      show: (body) => ({ kind: body["kind"], groupVersion: body["groupVersion"], resources: resources(body) }),
    });
  });
  talk("each group tells its kinds", async ({ get }) => {
    for (const group of ["apps", "batch", "coordination.k8s.io", "discovery.k8s.io", "networking.k8s.io", "policy"]) {
      await get(`/apis/${group}/v1`, { show: resources });
      await get(`/apis/${group}`, { show: ({ kind, name, preferredVersion }) => ({ kind, name, preferredVersion }) });
    }
  });
  talk("the groups are listed", async ({ cluster, note }) => {
    const { body } = await cluster.client.request("GET", "/apis");
    const groups = objectsAt(body, "groups").map((group) => textAt(group, "name"));
    note("kind", String(body["kind"]));
    for (const group of [
      "apps",
      "batch",
      "coordination.k8s.io",
      "discovery.k8s.io",
      "policy",
      "authorization.k8s.io",
    ]) {
      note(group, groups.includes(group));
    }
  });
  talk("all is told at once to who asks for it so", async ({ cluster, note }) => {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    for (const path of ["/api", "/apis"]) {
      const { headers, body } = await cluster.client.request("GET", path, { accept });
      note(`${path} type`, headers["content-type"]);
      const found = objectsAt(body, "items").flatMap((group) =>
        objectsAt(group, "versions")
          .filter(({ version }) => version === "v1")
          .flatMap((version) => objectsAt(version, "resources"))
          .filter(({ resource }) => isNeeded(String(resource)) && textAt(group, "metadata", "name") !== "events.k8s.io")
          .map(({ subresources, ...resource }) => ({
            ...resource,
            subresources: (Array.isArray(subresources) ? subresources.filter(isObject) : [])
              .filter((sub) => isNeeded(`${resource["resource"]}/${sub["subresource"]}`))
              .sort((a, b) => (textAt(a, "subresource") < textAt(b, "subresource") ? -1 : 1)),
          })),
      );
      note(
        path,
        found.sort((a, b) => (String(Object(a).resource) < String(Object(b).resource) ? -1 : 1)),
      );
    }
  });
  talk("schemas are found by group, and name the merge keys", async ({ cluster, note }) => {
    const { body } = await cluster.client.request("GET", "/openapi/v3");
    const at = (name: string) => textAt(body, "paths", name, "serverRelativeURL");
    note(
      "addresses",
      ["api/v1", "apis/apps/v1", "apis/batch/v1"].map((name) => at(name).replace(/=.*/, "=")),
    );
    const apps = await cluster.client.request("GET", at("apis/apps/v1"));
    const schema = Object(apps.body["components"]).schemas["io.k8s.api.apps.v1.Deployment"];
    note("Deployment", {
      kinds: schema["x-kubernetes-group-version-kind"],
      fields: Object.keys(schema.properties).sort(),
    });
    const core = await cluster.client.request("GET", at("api/v1"));
    note("containers", Object(core.body["components"]).schemas["io.k8s.api.core.v1.PodSpec"].properties.containers);
    const path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}";
    note(
      "a path",
      Object.keys(Object(apps.body["paths"])[path] ?? {})
        .filter((verb) => verb !== "parameters")
        .sort(),
    );
  });
  talk("the version and the health are open", async ({ cluster, note }) => {
    for (const path of ["/healthz", "/livez", "/readyz"]) {
      note(path, { ...(await cluster.client.request("GET", path, { token: "" })), headers: null, body: null });
    }
    const { body } = await cluster.client.request("GET", "/version", { token: "" });
    note("version", {
      major: body["major"],
      minor: body["minor"],
      named: /^v1\.36\./.test(String(body["gitVersion"])),
    });
  });
}
