import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap, deployment } from "./objects.ts";

const colour = () => deployment("d", { colour: "red" }, { colour: "blue", env: [{ name: "A", valeu: "1" }] });
const twice = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","name":"c"},"data":{"A":"1","A":"2"}}';
const kind = ({ kind: of }: Record<string, unknown>) => of;

/** Fields that the schema does not know, or that stand there twice. */
export function fieldValidationCases(each: Register): void {
  const talk = dialogues(each, "field-validation");

  talk("Strict refuses unknown fields, and names each", async ({ post, put, prepare }) => {
    await post("deployments?fieldValidation=Strict", colour());
    await prepare("POST", "deployments", deployment("d"));
    await put("deployments/d?fieldValidation=Strict", colour());
  });
  talk("Warn, which is the default, drops them with a warning for each", async ({ post, put }) => {
    await post("deployments?fieldValidation=Warn&dryRun=All", colour(), { show: kind });
    await post("deployments", colour());
    await put("deployments/d", colour(), { show: kind });
  });
  talk("Ignore drops them in silence", async ({ post }) => {
    await post("deployments?fieldValidation=Ignore", colour(), { show: kind });
  });
  talk("a patch's unknown fields are found too", async ({ prepare, patch }) => {
    await prepare("POST", "deployments", deployment("d"));
    const json = [{ op: "add", path: "/spec/colour", value: "red" }];
    for (const how of ["Strict", "Warn", "Ignore"]) {
      const path = `deployments/d?fieldValidation=${how}`;
      const options = { show: kind, loosely: true };
      await patch("merge", path, { spec: { colour: "red" } }, options);
      await patch("strategic", path, { spec: { template: { spec: { colour: "red" } } } }, options);
      await patch("json", path, json, options);
    }
  });
  talk("an apply refuses them always", async ({ patch }) => {
    for (const how of ["Strict", "Warn", "Ignore"]) {
      await patch("apply", `deployments/d?fieldManager=a&fieldValidation=${how}`, deployment("d", { colour: "red" }));
    }
  });
  talk("fields that stand there twice are told", async ({ post, put }) => {
    await post("configmaps?fieldValidation=Strict", twice);
    await post("configmaps?fieldValidation=Warn", twice);
    await put("configmaps/c?fieldValidation=Ignore", twice);
  });
  talk("there is no fourth way", async ({ post }) => {
    await post("configmaps?fieldValidation=Perhaps", configMap("c"));
  });
  talk("a value of the wrong type is refused whatever is asked for", async ({ post }) => {
    for (const how of ["Strict", "Ignore"]) {
      await post(`deployments?fieldValidation=${how}`, deployment("d", { replicas: "2" }));
    }
    await post("configmaps", configMap("c", { data: { A: 1 } }));
    await post("configmaps", configMap("c", { data: ["a"] }));
    await post("configmaps", configMap("c", { data: "a" }));
    await post("configmaps", configMap("c", { immutable: "yes" }));
    await post("configmaps", { ...configMap("c"), metadata: "c" });
    await post("configmaps", { ...configMap("c"), metadata: { name: 7 } });
    await post("configmaps", { ...configMap("c"), metadata: { name: "c", labels: { a: true } } });
    await post("deployments", deployment("d", {}, { env: [{ name: "A", value: 1 }] }));
    await post("deployments", deployment("d", {}, { env: { A: "1" } }));
    await post("deployments", deployment("d", {}, { ports: [{ containerPort: "80" }] }));
    await post("deployments", deployment("d", { template: [] }));
    await post("secrets", { metadata: { name: "s" }, data: { a: "not base64!" } }, { loosely: true });
  });
}
