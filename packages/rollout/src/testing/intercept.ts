import type { KubernetesObject } from "@fairway/objects";
import type { Cluster, Journal } from "../ports.ts";

/** A call about to be made, or just made. */
export interface ClusterCall {
  readonly cluster: string;
  readonly method: "check" | "get" | "list" | "apply" | "create" | "replace" | "delete" | "follow" | "log";
  /** Changes something when it succeeds. */
  readonly writes: boolean;
  /** Of the object or objects that it is about. */
  readonly kind?: string;
  readonly namespace?: string;
}

export type JournalCall = Exclude<keyof Journal<unknown>, "onAppend">;

export interface Hooks<Call> {
  /** May wait, or throw instead of the call. */
  readonly before?: (call: Call) => void | Promise<void>;
  /** The call has had its effect; may wait, or throw as if the answer were lost. */
  readonly after?: (call: Call) => void | Promise<void>;
}

/** A cluster whose calls can be delayed, refused, or have their answers lost. */
export function interceptCluster(cluster: Cluster, hooks: Hooks<ClusterCall>): Cluster {
  const around = async <T>(
    method: ClusterCall["method"],
    writes: boolean,
    run: () => Promise<T>,
    about: Pick<ClusterCall, "kind" | "namespace"> = {},
  ): Promise<T> => {
    const call = { cluster: cluster.name, method, writes, ...about };
    await hooks.before?.(call);
    const result = await run();
    await hooks.after?.(call);
    return result;
  };
  return {
    name: cluster.name,
    ...(cluster.router === undefined ? {} : { router: cluster.router }),
    check: (signal, kinds) => around("check", false, () => cluster.check(signal, kinds)),
    get: (ref, signal) => around("get", false, () => cluster.get(ref, signal), about(ref)),
    list: (of, signal) => around("list", false, () => cluster.list(of, signal), about(of)),
    apply: (object, options, signal) =>
      around("apply", options?.dryRun !== true, () => cluster.apply(object, options, signal), aboutObject(object)),
    create: (object, signal, options) =>
      around("create", options?.dryRun !== true, () => cluster.create(object, signal, options), aboutObject(object)),
    replace: (object, signal) => around("replace", true, () => cluster.replace(object, signal), aboutObject(object)),
    delete: (ref, preconditions, signal) =>
      around("delete", true, () => cluster.delete(ref, preconditions, signal), about(ref)),
    nodes: (signal) => around("list", false, () => cluster.nodes(signal), { kind: "Node" }),
    log: (pod, options, signal) => around("log", false, () => cluster.log(pod, options, signal)),
    async *follow(namespace, signal) {
      await hooks.before?.({ cluster: cluster.name, method: "follow", writes: false, namespace });
      yield* cluster.follow(namespace, signal);
    },
  };
}

function about({
  kind,
  namespace,
}: {
  readonly kind: string;
  readonly namespace?: string;
}): Pick<ClusterCall, "kind" | "namespace"> {
  return { kind, ...(namespace === undefined ? {} : { namespace }) };
}

function aboutObject({ kind, metadata }: KubernetesObject): Pick<ClusterCall, "kind" | "namespace"> {
  return about({ kind, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) });
}

/** A journal whose calls can be delayed, refused, or have their answers lost. */
export function interceptJournal<Body>(journal: Journal<Body>, hooks: Hooks<JournalCall>): Journal<Body> {
  const around = async <T>(method: JournalCall, run: () => Promise<T>): Promise<T> => {
    await hooks.before?.(method);
    const result = await run();
    await hooks.after?.(method);
    return result;
  };
  return {
    create: (...of) => around("create", () => journal.create(...of)),
    header: (...of) => around("header", () => journal.header(...of)),
    append: (...of) => around("append", () => journal.append(...of)),
    read: (...of) => around("read", () => journal.read(...of)),
    unfinished: (of) => around("unfinished", () => journal.unfinished(of)),
    command: (...of) => around("command", () => journal.command(...of)),
    commands: (...of) => around("commands", () => journal.commands(...of)),
    finish: (...of) => around("finish", () => journal.finish(...of)),
    close: (...of) => around("close", () => journal.close(...of)),
    active: (...of) => around("active", () => journal.active(...of)),
    acquire: (...of) => around("acquire", () => journal.acquire(...of)),
    renew: (...of) => around("renew", () => journal.renew(...of)),
    release: (...of) => around("release", () => journal.release(...of)),
    onAppend: (listener) => journal.onAppend(listener),
  };
}
