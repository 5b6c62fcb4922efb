import { isObject, type JsonObject, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import type { WatchEvent } from "../kubernetes-client.ts";
import { type Dialogue, dialogues } from "./dialogue.ts";
import { configMap } from "./objects.ts";

type Until = (event: WatchEvent) => boolean;

/** What of an event the cases compare: what happened to whom, with which labels, or which error it is. */
function told({ type, object }: WatchEvent): JsonObject {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  if (type === "ERROR") return { type, ...object };
  const annotations = metadata["annotations"];
  return {
    type,
    kind: object["kind"] ?? "",
    name: textAt(metadata, "name"),
    ...(isObject(metadata["labels"]) ? { labels: metadata["labels"] } : {}),
    ...(type === "BOOKMARK" && annotations !== undefined ? { annotations } : {}),
  };
}

/** Opens a watch, does something, and notes the events up to the one that is awaited, or to the end of the watch. */
async function follow(dialogue: Dialogue, query: string, until: Until, act: () => Promise<void> = async () => {}) {
  const { cluster, path, note } = dialogue;
  const watch = await cluster.client.watch(path(`secrets?watch=1&${query}`));
  const seen: WatchEvent[] = [];
  try {
    await act();
    for await (const event of watch.events) {
      seen.push(event);
      if (until(event)) break;
    }
  } finally {
    watch.close();
  }
  note(`WATCH ${query.replace(/resourceVersion=\d{2,}/, "resourceVersion=<version>")}`, seen.map(told));
  return seen;
}

const secret = (name: string, labels: JsonObject = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, labels },
});
const named =
  (type: string, name: string): Until =>
  (event) =>
    event.type === type && textAt(event.object, "metadata", "name") === name;
const versionOf = (object: JsonObject) => textAt(object, "metadata", "resourceVersion");

/** Changes are told as they happen, from any moment that the server remembers. */
export function watchCases(each: Register): void {
  const talk = dialogues(each, "watch");

  talk("a watch without a version begins with what is there, and goes on with changes", async (with_) => {
    await with_.prepare("POST", "secrets", secret("a"));
    await follow(with_, "", named("ADDED", "b"), async () => {
      await with_.prepare("POST", "secrets", secret("b"));
    });
    await follow(with_, "resourceVersion=0", named("DELETED", "a"), async () => {
      await with_.prepare("DELETE", "secrets/a");
    });
  });
  talk("a watch from a version tells everything that happened since, in order", async (with_) => {
    const { prepare } = with_;
    const a = await prepare("POST", "secrets", secret("a"));
    await prepare("POST", "secrets", secret("b"));
    await prepare("PUT", "secrets/b", secret("b", { x: "1" }));
    await prepare("DELETE", "secrets/a");
    const events = await follow(with_, `resourceVersion=${versionOf(a)}`, named("DELETED", "a"));
    const versions = events.map(({ object }) => Number(versionOf(object)));
    with_.note(
      "versions grow",
      versions.every((version, index) => version > (versions[index - 1] ?? Number(versionOf(a)))),
    );
  });
  talk("what comes into a selection is added, what leaves it is deleted as it was", async (with_) => {
    const { prepare } = with_;
    const query = "labelSelector=x%3D1";
    await follow(with_, query, named("DELETED", "b"), async () => {
      await prepare("POST", "secrets", secret("a"));
      await prepare("POST", "secrets", secret("b", { x: "1" }));
      await prepare("PUT", "secrets/a", secret("a", { x: "1" }));
      await prepare("PUT", "secrets/a", secret("a", { x: "1", y: "2" }));
      await prepare("PUT", "secrets/a", secret("a", { x: "2" }));
      await prepare("DELETE", "secrets/b");
    });
  });
  talk("one object is watched by its name", async (with_) => {
    const { prepare } = with_;
    await follow(with_, "fieldSelector=metadata.name%3Db", named("DELETED", "b"), async () => {
      await prepare("POST", "secrets", secret("a"));
      await prepare("POST", "secrets", secret("b"));
      await prepare("DELETE", "secrets/a");
      await prepare("DELETE", "secrets/b");
    });
  });
  talk("a list and a watch from its version miss nothing and repeat nothing", async (with_) => {
    const { prepare, cluster, path } = with_;
    await prepare("POST", "secrets", secret("a"));
    const list = await cluster.client.request("GET", path("secrets"));
    const version = versionOf(list.body);
    await follow(with_, `resourceVersion=${version}`, named("ADDED", "b"), async () => {
      await prepare("POST", "secrets", secret("b"));
    });
  });
  talk("a watch ends after its time", async (with_) => {
    await with_.prepare("POST", "secrets", secret("a"));
    await follow(with_, "timeoutSeconds=1", () => false);
  });
  talk("a watch that asks for the initial events is told when they are complete", async (with_) => {
    await with_.prepare("POST", "secrets", secret("a"));
    const query = "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
    const events = await follow(with_, query, ({ type }) => type === "BOOKMARK");
    with_.note("the bookmark has a version", versionOf(events.at(-1)?.object ?? {}) !== "");
  });
  talk("the initial events are asked for with what belongs to it", async ({ get }) => {
    await get("secrets?watch=1&sendInitialEvents=true");
    await get("secrets?watch=1&sendInitialEvents=true&resourceVersionMatch=Exact");
    await get("secrets?sendInitialEvents=true");
    await get("secrets?watch=1&resourceVersionMatch=NotOlderThan");
  });
  talk("a watch from a version that is none is refused", async ({ get }) => {
    await get("secrets?watch=1&resourceVersion=x");
    await get("secrets?watch=1&timeoutSeconds=x");
    await get("secrets?watch=1&labelSelector=!");
    await get("secrets?watch=1&fieldSelector=spec.colour%3Dred");
  });
  talk("a watch from a version that is forgotten is told to list again, and the list is there", async (with_) => {
    const { prepare, get, cluster } = with_;
    await prepare("POST", "secrets", secret("a"));
    await cluster.forgetOldVersions();
    await get("secrets/a", { show: ({ metadata }) => Object(metadata).name });
    await follow(with_, "resourceVersion=1", () => true);
  });
  talk("a collection's deletion is told object by object", async (with_) => {
    const { prepare } = with_;
    await prepare("POST", "secrets", secret("a"));
    await prepare("POST", "secrets", secret("b"));
    let gone = 0;
    const cluster = await with_.cluster.client.request("GET", with_.path("secrets"));
    await follow(
      with_,
      `resourceVersion=${versionOf(cluster.body)}`,
      ({ type }) => type === "DELETED" && ++gone === 2,
      async () => {
        await prepare("DELETE", "secrets");
      },
    );
  });
  talk("metadata alone is watched too", async (with_) => {
    const { cluster, note, path, prepare } = with_;
    await prepare("POST", "configmaps", configMap("a"));
    const partial = await cluster.client.request(
      "GET",
      path("configmaps?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Da"),
      {
        accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
      },
    );
    const { type, object } = Object(JSON.parse(partial.text));
    note("metadata", {
      code: partial.code,
      type,
      kind: object.kind,
      apiVersion: object.apiVersion,
      data: object.data ?? "",
    });
  });
}
