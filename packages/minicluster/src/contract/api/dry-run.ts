import type { Register } from "../contract-cluster.ts";
import { dialogues, namesOf } from "./dialogue.ts";
import { configMap, deployment } from "./objects.ts";

/** `dryRun=All` answers as if it were done, and does nothing. */
export function dryRunCases(each: Register): void {
  const talk = dialogues(each, "dry-run");

  talk("a dry create shows the object with its defaults and stores nothing", async ({ post, get }) => {
    await post("deployments?dryRun=All", deployment("d"));
    await get("deployments/d");
    await post("configmaps?dryRun=All", { ...configMap("c"), metadata: { name: "BAD" } });
  });
  talk("a dry create by generateName shows a name", async ({ post, note }) => {
    const body = { ...configMap(""), metadata: { generateName: "made-" } };
    const answer = await post("configmaps?dryRun=All", body, { show: () => "" });
    note("name", String(Object(answer.body["metadata"]).name).length);
  });
  talk("dry updates and patches leave the object as it is", async ({ prepare, put, patch, get }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await put("configmaps/c?dryRun=All", configMap("c", { data: { A: "2" } }));
    await patch("merge", "configmaps/c?dryRun=All", { data: { B: "2" } });
    await patch("json", "configmaps/c?dryRun=All", [{ op: "add", path: "/data/B", value: "2" }]);
    await patch("strategic", "configmaps/c?dryRun=All", { data: { B: "2" } });
    await patch("apply", "configmaps/c?dryRun=All&fieldManager=a&force=true", configMap("c", { data: { A: "3" } }));
    await get("configmaps/c");
  });
  talk("a dry apply may make an object that is not there", async ({ patch, get }) => {
    await patch("apply", "configmaps/c?dryRun=All&fieldManager=a", configMap("c"));
    await get("configmaps/c");
  });
  talk("dry deletions leave everything", async ({ prepare, del, get }) => {
    for (const name of ["a", "b"]) await prepare("POST", "secrets", { metadata: { name } });
    await del("secrets/a?dryRun=All");
    await del("secrets/a", { body: { dryRun: ["All"] } });
    await del("secrets?dryRun=All", { show: namesOf });
    await get("secrets", { show: namesOf });
  });
  talk("dry scaling and status leave the object", async ({ prepare, put, patch, get }) => {
    await prepare("POST", "deployments", deployment("d"));
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "d" }, spec: { replicas: 3 } };
    await put("deployments/d/scale?dryRun=All", scale, { show: ({ spec }) => spec });
    await patch(
      "merge",
      "deployments/d/status?dryRun=All",
      { status: { replicas: 9 } },
      { show: ({ status }) => Object(status).replicas },
    );
    await get("deployments/d/scale", { show: ({ spec }) => spec });
  });
  talk("there is no other dry run than All", async ({ post, del, prepare, patch }) => {
    await prepare("POST", "configmaps", configMap("a"));
    await post("configmaps?dryRun=Some", configMap("c"));
    await post("configmaps?dryRun=", configMap("c"), { show: ({ kind }) => kind });
    await patch("merge", "configmaps/a?dryRun=Some", {});
    await del("configmaps/a?dryRun=Some");
    await del("configmaps/a", { body: { dryRun: ["Some"] } });
  });
}
