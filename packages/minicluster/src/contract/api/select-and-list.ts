import assert from "node:assert/strict";
import { type JsonObject, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { type Dialogue, dialogues, namesOf } from "./dialogue.ts";
import { configMap, pendingPod } from "./objects.ts";

async function makeFive({ prepare }: Dialogue): Promise<void> {
  for (const name of ["a", "b", "c", "d", "e"]) {
    const labels = { name, ...(name === "b" || name === "d" ? { even: "" } : {}), "fairway.dev/service": "x" };
    await prepare("POST", "configmaps", { ...configMap(name), metadata: { name, labels } });
  }
}

const own = "fairway.dev/service";
const names = (body: JsonObject) => namesOf(body).join("");

/** Lists by selectors and in pages. */
export function selectAndListCases(each: Register): void {
  const talk = dialogues(each, "select-and-list");

  talk("a list has its kind, a version, and items in the order of their names", async (with_) => {
    await makeFive(with_);
    await with_.get(`configmaps?labelSelector=${own}`);
    await with_.get("deployments");
    await with_.get("pods?labelSelector=none=none");
  });
  talk("labels select by equality, sets and presence", async (with_) => {
    await makeFive(with_);
    for (const selector of [
      "name=a",
      "name==a",
      "name!=a",
      "even",
      "!even",
      "even=",
      "name in (a,b)",
      "name notin (a,b), even",
      "name=a,name=b",
      "name in (),even",
      "other!=x",
      "name>a",
    ]) {
      const all = `${own},${selector}`;
      await with_.get(`configmaps?labelSelector=${encodeURIComponent(all)}`, { show: names });
    }
  });
  talk("a label selector that cannot be read is refused", async ({ get }) => {
    for (const selector of ["a in", "a=b=c", "!", "a b", ",", "=a", "a=-b", "a=(b)", "A/B/c=d", "x".repeat(64)]) {
      await get(`configmaps?labelSelector=${encodeURIComponent(selector)}`, { show: names });
    }
  });
  talk("fields select by name", async (with_) => {
    await makeFive(with_);
    await with_.get("configmaps?fieldSelector=metadata.name=a", { show: names });
    await with_.get("configmaps?fieldSelector=metadata.name==a", { show: names });
    await with_.get(`configmaps?labelSelector=${own}&fieldSelector=metadata.name!=a`, { show: names });
    await with_.get(`configmaps?fieldSelector=metadata.name=a,metadata.namespace=${with_.namespace}`, { show: names });
    await with_.get("configmaps?fieldSelector=metadata.name=a,metadata.namespace=other", { show: names });
  });
  talk("a field selector that the kind does not know is refused", async ({ get }) => {
    await get("configmaps?fieldSelector=data.A=1");
    await get("deployments?fieldSelector=spec.replicas=1");
    await get("pods?fieldSelector=spec.colour=red");
    await get("configmaps?fieldSelector=metadata.name");
  });
  talk("pods are selected by phase, node and policy", async ({ prepare, get }) => {
    await prepare("POST", "pods", pendingPod("a", { restartPolicy: "Never" }));
    await prepare("POST", "pods", pendingPod("b"));
    for (const selector of [
      "status.phase=Pending",
      "status.phase!=Pending",
      "spec.nodeName=",
      "spec.restartPolicy=Never",
      "spec.restartPolicy!=Never,status.phase=Pending",
      "spec.schedulerName=default-scheduler",
      "spec.serviceAccountName=default",
    ]) {
      await get(`pods?fieldSelector=${encodeURIComponent(selector)}`, { show: names });
    }
  });
  talk("secrets are selected by type", async ({ prepare, get }) => {
    await prepare("POST", "secrets", { metadata: { name: "a" }, stringData: { a: "b" } });
    await prepare("POST", "secrets", { metadata: { name: "b" }, type: "example.com/own" });
    await get("secrets?fieldSelector=type=Opaque", { show: names });
    await get("secrets?fieldSelector=type=example.com/own", { show: names });
  });
  talk("a selection goes over all namespaces", async (with_) => {
    await makeFive(with_);
    await with_.get(`/api/v1/configmaps?labelSelector=even&fieldSelector=metadata.namespace=${with_.namespace}`, {
      show: names,
    });
  });
  talk("a long list comes in pages, which count what is left", async (with_) => {
    await makeFive(with_);
    const page = (body: JsonObject) => ({
      names: names(body),
      more: textAt(body, "metadata", "continue") !== "",
      left: Object(body["metadata"])["remainingItemCount"] ?? null,
    });
    const space = "configmaps";
    const first = await with_.get(`${space}?limit=2&fieldSelector=metadata.name!=kube-root-ca.crt`, { show: page });
    const token = encodeURIComponent(textAt(first.body, "metadata", "continue"));
    const rest = await with_.cluster.client.request(
      "GET",
      with_.path(`${space}?limit=2&fieldSelector=metadata.name!=kube-root-ca.crt&continue=${token}`),
    );
    with_.note("second page", page(rest.body));
    const last = encodeURIComponent(textAt(rest.body, "metadata", "continue"));
    const end = await with_.cluster.client.request(
      "GET",
      with_.path(`${space}?limit=2&fieldSelector=metadata.name!=kube-root-ca.crt&continue=${last}`),
    );
    with_.note("last page", page(end.body));
    const counted = await with_.get("secrets?limit=1", { show: page });
    assert.equal(counted.code, 200);
    await with_.prepare("POST", "secrets", { metadata: { name: "a" } });
    await with_.prepare("POST", "secrets", { metadata: { name: "b" } });
    await with_.prepare("POST", "secrets", { metadata: { name: "c" } });
    await with_.get("secrets?limit=1", { show: page });
    await with_.get("secrets?limit=3", { show: page });
    await with_.get("secrets?limit=0", { show: page });
  });
  talk("pages show one moment, whatever is written in between", async (with_) => {
    const { prepare, get, cluster, path } = with_;
    for (const name of ["a", "b", "c"]) await prepare("POST", "secrets", { metadata: { name } });
    const first = await get("secrets?limit=1", { show: names });
    await prepare("DELETE", "secrets/b");
    await prepare("POST", "secrets", { metadata: { name: "bb" } });
    const token = encodeURIComponent(textAt(first.body, "metadata", "continue"));
    const rest = await cluster.client.request("GET", path(`secrets?limit=5&continue=${token}`));
    with_.note("rest", names(rest.body));
    with_.note(
      "same version",
      textAt(rest.body, "metadata", "resourceVersion") === textAt(first.body, "metadata", "resourceVersion"),
    );
  });
  talk("a continue token that is none is refused, and so are strange limits", async ({ get }) => {
    await get("secrets?limit=1&continue=lost", { loosely: true });
    await get("secrets?limit=x");
    await get("secrets?limit=-1", { show: names });
    await get("secrets?timeoutSeconds=x");
  });
  talk("a list may ask for at least a version, or exactly one", async (with_) => {
    const { prepare, get, note, cluster, path } = with_;
    const a = await prepare("POST", "secrets", { metadata: { name: "a" } });
    const version = textAt(a, "metadata", "resourceVersion");
    await prepare("POST", "secrets", { metadata: { name: "b" } });
    const at = async (query: string) => {
      const answer = await cluster.client.request("GET", path(`secrets?${query}`));
      return answer.code === 200 ? names(answer.body) : answer.body;
    };
    note("not older", await at(`resourceVersion=${version}&resourceVersionMatch=NotOlderThan`));
    note("exactly", await at(`resourceVersion=${version}&resourceVersionMatch=Exact`));
    await get("secrets?resourceVersion=0", { show: names });
    await get("secrets?resourceVersion=x", { show: names });
    await get("secrets?resourceVersionMatch=Exact", { show: names });
    await get("secrets?resourceVersion=0&resourceVersionMatch=Exact", { show: names });
    await get("secrets?resourceVersion=1&resourceVersionMatch=Sometimes", { show: names });
  });
  talk("a collection is deleted by selector", async (with_) => {
    await makeFive(with_);
    await with_.del(`configmaps?labelSelector=even`, { show: ({ kind }) => kind });
    await with_.get(`configmaps?labelSelector=${own}`, { show: names });
    await with_.del(`configmaps?labelSelector=${own}`, { show: ({ kind }) => kind });
    await with_.get(`configmaps?labelSelector=${own}`, { show: names });
  });
  talk("services and namespaces: the former go as a collection, the latter do not", async ({ del, post }) => {
    await post("services", { metadata: { name: "s" }, spec: { ports: [{ port: 1 }] } }, { show: () => "" });
    await del("services", { show: (body) => Object(body) && body["kind"] });
    await del("/api/v1/namespaces?labelSelector=none=none");
  });
}
