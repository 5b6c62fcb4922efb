import { isObject, type JsonObject, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment, job, pendingPod, service } from "./objects.ts";

const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
const partialList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

/** Columns without their long descriptions, and cells; of the rows' objects their kind. */
const columns = (body: JsonObject) => ({
  kind: body["kind"],
  columns: objectsAt(body, "columnDefinitions").map(({ name, type, format, priority }) => ({
    name,
    type,
    format,
    priority,
  })),
  rows: objectsAt(body, "rows").map(({ cells, object }) => ({
    cells: Array.isArray(cells) ? cells.map((cell) => (/^\d+[sm]/.test(String(cell)) ? "<age>" : cell)) : cells,
    kind: textAt(object, "kind"),
  })),
});

/** What answers look like: tables, metadata only, YAML, and which bodies are read. */
export function formCases(each: Register): void {
  const talk = dialogues(each, "forms");
  const asTable = { accept: table, show: columns };

  talk("tables of ConfigMaps, Secrets, ServiceAccounts", async ({ prepare, get }) => {
    await prepare("POST", "configmaps", configMap("c", { data: { a: "", b: "" }, binaryData: { c: "" } }));
    await prepare("POST", "secrets", { metadata: { name: "s" }, stringData: { a: "b" } });
    await prepare("POST", "serviceaccounts", { metadata: { name: "a" } });
    await get("configmaps?fieldSelector=metadata.name=c", asTable);
    await get("secrets", asTable);
    await get("serviceaccounts/a", asTable);
  });
  talk("tables of Deployments, ReplicaSets and Pods", async ({ prepare, get }) => {
    await prepare("POST", "deployments", deployment("d", { paused: true, replicas: 3 }));
    const { template } = Object(deployment("r")["spec"]);
    await prepare("POST", "replicasets", {
      metadata: { name: "r" },
      spec: { replicas: 0, selector: { matchLabels: { app: "r" } }, template },
    });
    await prepare(
      "POST",
      "pods",
      pendingPod("p", {
        containers: [
          { name: "a", image: "x" },
          { name: "b", image: "x" },
        ],
      }),
    );
    await get("deployments", asTable);
    await get("replicasets/r", asTable);
    await get("pods/p", asTable);
  });
  talk("tables of Services", async ({ prepare, get }) => {
    await prepare("POST", "services", service("a"));
    await prepare("POST", "services", service("b", { clusterIP: "None", selector: null }));
    await prepare("POST", "services", {
      metadata: { name: "c" },
      spec: { type: "ExternalName", externalName: "example.com" },
    });
    await prepare(
      "POST",
      "services",
      service("d", {
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 53, protocol: "UDP" },
        ],
      }),
    );
    await get("services", asTable);
  });
  talk("tables of Jobs, CronJobs and budgets", async ({ prepare, get }) => {
    await prepare("POST", "jobs", job("j", { completions: 2, parallelism: 1 }));
    const template = { spec: { template: Object(job("j")["spec"]).template } };
    await prepare("POST", "cronjobs", {
      metadata: { name: "c" },
      spec: { schedule: "0 3 * * *", suspend: true, jobTemplate: template },
    });
    await prepare("POST", "poddisruptionbudgets", {
      metadata: { name: "b" },
      spec: { maxUnavailable: 1, selector: {} },
    });
    await get("jobs", { ...asTable, show: (body) => Object(columns(body)).columns });
    await get("cronjobs", asTable);
    await get("poddisruptionbudgets", asTable);
  });
  talk("tables of Events, Leases, EndpointSlices, Namespaces and Nodes", async ({ prepare, get, namespace }) => {
    await prepare("POST", "events", {
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", name: "p", namespace },
      reason: "R",
      message: "m\n",
      type: "Warning",
      count: 3,
    });
    await prepare("POST", "leases", { metadata: { name: "l" }, spec: { holderIdentity: "me" } });
    await prepare("POST", "endpointslices", {
      metadata: { name: "e" },
      addressType: "IPv4",
      endpoints: ["1", "2", "3", "4"].map((last) => ({ addresses: [`192.0.2.${last}`] })),
      ports: [{ port: 80 }, { port: 81, name: "b" }],
    });
    await get("events", asTable);
    await get("leases", asTable);
    await get("endpointslices", asTable);
    await get("/api/v1/namespaces/default", { accept: table, show: (body) => Object(columns(body)).columns });
    await get("/api/v1/nodes", { accept: table, show: (body) => Object(columns(body)).columns });
  });
  talk("a table's rows carry metadata, the object, or nothing", async ({ prepare, get }) => {
    await prepare("POST", "configmaps", configMap("c"));
    const show = (body: JsonObject) => Object(body["rows"])[0];
    for (const include of ["None", "Metadata", "Object", "Some"]) {
      await get(`configmaps/c?includeObject=${include}`, {
        accept: table,
        show: (body) => ({ ...show(body), cells: [] }),
      });
    }
    await get("secrets", { accept: table, show: ({ rows }) => rows });
  });
  talk("metadata alone, of one and of many", async ({ prepare, get }) => {
    await prepare("POST", "secrets", { metadata: { name: "s", labels: { a: "b" } }, stringData: { a: "b" } });
    await get("secrets/s", { accept: partial });
    await get("secrets", { accept: partialList });
    await get("secrets/s", { accept: partialList });
    await get("secrets", { accept: partial });
  });
  talk("YAML is written and read", async ({ post, get }) => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {A: 'yes', B: \"2\"}\n";
    await post("configmaps", yaml, { contentType: "application/yaml", show: ({ data }) => data });
    const answer = await get("configmaps/c", { accept: "application/yaml", show: () => "" });
    if (isObject(answer.body)) await get("configmaps/absent", { accept: "application/json" });
  });
  talk("a form that is not known is refused, unless another will do", async ({ prepare, get, post }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await get("configmaps/c", { accept: "text/html", loosely: true });
    await get("configmaps/c", { accept: "text/html, application/json", show: ({ kind }) => kind });
    await get("configmaps/c", { accept: "text/html, */*", show: ({ kind }) => kind });
    await get("configmaps/c", { accept: "application/json;as=Poem;v=v1;g=meta.k8s.io", loosely: true });
    await get("configmaps/c", {
      accept: "application/json;as=Table;v=v9;g=meta.k8s.io,application/json",
      show: ({ kind }) => kind,
    });
    await post("configmaps", "name=c", { contentType: "application/x-www-form-urlencoded", loosely: true });
    await post("configmaps", JSON.stringify(configMap("d")), {
      contentType: "application/json; charset=utf-8",
      show: ({ kind }) => kind,
    });
  });
  talk("JSON is what is answered when nothing is asked for", async ({ cluster, path, prepare, note }) => {
    await prepare("POST", "configmaps", configMap("c"));
    const answer = await cluster.client.request("GET", path("configmaps/c"), { accept: "" });
    note("type", answer.headers["content-type"]);
    note("cache", answer.headers["cache-control"]);
  });
}
