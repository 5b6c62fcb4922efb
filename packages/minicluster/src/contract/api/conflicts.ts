import { textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";
import { configMap } from "./objects.ts";

const other = "00000000-0000-4000-8000-000000000000";

/** Nobody overwrites what he has not seen. */
export function conflictCases(each: Register): void {
  const talk = dialogues(each, "conflicts");

  talk("a replacement of a version that is no longer the newest is refused", async ({ prepare, put }) => {
    const first = await prepare("POST", "configmaps", configMap("c"));
    await put("configmaps/c", { ...first, data: { A: "2" } });
    await put("configmaps/c", { ...first, data: { A: "3" } });
  });
  talk("a replacement without a version wins", async ({ prepare, put }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await put("configmaps/c", configMap("c", { data: { A: "2" } }));
    await put("configmaps/c", configMap("c", { data: { A: "3" } }));
  });
  talk("a replacement of another object of the same name is refused", async ({ prepare, put }) => {
    await prepare("POST", "configmaps", configMap("c"));
    await put("configmaps/c", { ...configMap("c"), metadata: { name: "c", uid: other } }, { loosely: true });
  });
  talk("a patch may carry the version and the uid that it is for", async ({ prepare, patch }) => {
    const first = await prepare("POST", "configmaps", configMap("c"));
    const metadata = { resourceVersion: textAt(first, "metadata", "resourceVersion") };
    await patch("merge", "configmaps/c", { metadata, data: { A: "2" } });
    await patch("merge", "configmaps/c", { metadata, data: { A: "3" } });
    await patch("strategic", "configmaps/c", { metadata, data: { A: "3" } });
    await patch("merge", "configmaps/c", { metadata: { uid: other }, data: { A: "3" } });
    await patch("json", "configmaps/c", [{ op: "replace", path: "/metadata/resourceVersion", value: "1" }]);
  });
  talk("a server-side apply may carry them too", async ({ prepare, patch }) => {
    const first = await prepare("POST", "configmaps", configMap("c"));
    const resourceVersion = textAt(first, "metadata", "resourceVersion");
    const as = "configmaps/c?fieldManager=me&force=true";
    await prepare("PUT", "configmaps/c", configMap("c", { data: { A: "2" } }));
    await patch("apply", as, { ...configMap("c"), metadata: { name: "c", resourceVersion } });
    await patch("apply", as, { ...configMap("c"), metadata: { name: "c", uid: other } });
    const absent = "configmaps/absent?fieldManager=me";
    await patch("apply", absent, { ...configMap("absent"), metadata: { name: "absent", uid: other } });
    await patch("apply", absent, { ...configMap("absent"), metadata: { name: "absent", resourceVersion } });
  });
  talk("of a field of somebody else is told before an old version is", async ({ prepare, patch }) => {
    const first = await prepare("POST", "configmaps", configMap("c"));
    const metadata = { name: "c", resourceVersion: textAt(first, "metadata", "resourceVersion") };
    await prepare("PUT", "configmaps/c?fieldManager=them", configMap("c", { data: { A: "2" } }));
    const stale = { ...configMap("c", { data: { A: "3" } }), metadata };
    await patch("apply", "configmaps/c?fieldManager=me", stale);
    await patch("apply", "configmaps/c?fieldManager=me&force=true", stale);
  });
  talk("a deletion may be for one uid and one version", async ({ prepare, del, get }) => {
    const first = await prepare("POST", "configmaps", configMap("c"));
    const uid = textAt(first, "metadata", "uid");
    const resourceVersion = textAt(first, "metadata", "resourceVersion");
    await del("configmaps/c", { body: { preconditions: { uid: other } } });
    await del("configmaps/c", { body: { preconditions: { resourceVersion: "1" } } });
    await del("configmaps/c", {
      body: { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid, resourceVersion } },
    });
    await get("configmaps/c");
  });
  talk("a Lease is replaced only by who has seen it", async ({ prepare, put }) => {
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" }, spec: {} };
    const first = await prepare("POST", "leases", lease);
    await put("leases/l", { ...lease, spec: { holderIdentity: "a" } });
    await put("leases/l", { ...first, spec: { holderIdentity: "a" } });
  });
}
