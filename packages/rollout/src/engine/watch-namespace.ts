import type { ContainerLog } from "@fairway/diagnosis";
import { noLongerThan } from "../cluster/no-longer-than.ts";
import { type Expectation, judge, logsWanted } from "../cluster/progress.ts";
import { readLogs } from "../cluster/read-logs.ts";
import type { Clock, Cluster, Observation } from "../ports.ts";
import type { Progress } from "../state/facts.ts";

/** Observes the service's namespace in one cluster, and judges what it sees by what was applied. */
export interface NamespaceWatch {
  /** Begins to follow unless it does. */
  follow(): void;
  /** What a fresh observation must show from now on. */
  expect(expectation: Expectation): void;
  /** Judges the newest observation as of now; undefined while there is nothing to judge. */
  judge(): Progress | undefined;
  readonly observation: () => Observation | undefined;
  /** After the signal has ended: waits until nothing is under way. */
  ended(): Promise<void>;
}

/** How long a cause waits for its log lines, in milliseconds. */
const logPatience = 3_000;

export function watchNamespace(options: {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  /** Between tries to follow, in milliseconds. */
  readonly pause: number;
  readonly signal: AbortSignal;
  readonly seen: () => void;
  readonly silent: (message: string) => void;
  /** Called when it can be judged anew. */
  readonly changed: () => void;
}): NamespaceWatch {
  const { cluster, namespace, clock, signal } = options;
  let following: Promise<void> | undefined;
  let fetching: Promise<void> | undefined;
  let expectation: Expectation | undefined;
  let observation: Observation | undefined;
  let logs: readonly ContainerLog[] = [];
  let logsOf = "";

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const seen of cluster.follow(namespace, signal)) {
          observation = seen;
          options.seen();
          options.changed();
        }
      } catch (error) {
        if (signal.aborted) return;
        options.silent(error instanceof Error ? error.message : String(error));
        options.changed();
      }
      await clock.sleep(options.pause, signal).catch(() => undefined);
    }
  };

  const fetchLogs = async (of: Observation, wanted: ReturnType<typeof logsWanted>): Promise<void> => {
    logs = await noLongerThan({ clock, patience: logPatience }, signal, (limited) =>
      readLogs(cluster, of.namespace, wanted, limited),
    );
  };

  return {
    follow() {
      following ??= follow();
    },
    expect(now) {
      expectation = now;
    },
    judge() {
      if (observation === undefined || expectation === undefined) return undefined;
      const judged = judge(observation, expectation, logs, clock.now());
      const telling = judged.causes.some((cause) => cause.severity !== "transient");
      const wanted = telling ? logsWanted(observation, expectation) : [];
      // Once more when it turned fatal: by then the container has said its last words.
      const key = JSON.stringify([judged.state, wanted]);
      const missing = wanted.length > 0 && key !== logsOf;
      if (missing && fetching === undefined) {
        fetching = fetchLogs(observation, wanted).finally(() => {
          logsOf = key;
          fetching = undefined;
          options.changed();
        });
      }
      return missing && judged.state === "doomed" ? { ...judged, state: "waiting" } : judged;
    },
    observation: () => observation,
    async ended() {
      await Promise.allSettled([following, fetching]);
    },
  };
}
