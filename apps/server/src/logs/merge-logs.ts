import type { LogLine } from "@fairway/api";
import type { PooledCluster } from "../clusters/cluster-pool.ts";
import type { OutgoingEvent } from "../http/handler.ts";
import { lineQueue } from "./line-queue.ts";
import { type LogSelection, linesForEver, linesOnce, logSources, sourceKey } from "./pod-lines.ts";

export interface LogRequest extends LogSelection {
  readonly follow: boolean;
  readonly previous: boolean;
  /** Lines of each container, from its end. */
  readonly tail: number;
  readonly lastEventId: string | undefined;
}

/** Lines that wait for a slow reader. */
const mostWaiting = 2_000;
/** New pods are looked for so often, in milliseconds. */
const lookEvery = 500;

/**
 * Logs of all containers that fit, merged by time. The id of an event is the time of its line: a client that comes back
 * gets what was written since.
 */
export async function* mergeLogs(
  clusters: () => readonly PooledCluster[],
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<OutgoingEvent<LogLine>> {
  const since = request.lastEventId;
  // What was written while the client was away may be more than the tail it asked for.
  const tail = since === undefined ? request.tail : Math.max(request.tail, 2_000);
  const isNew = (line: LogLine) => since === undefined || line.at === undefined || line.at > since;

  const past = await linesByNow(clusters(), request, tail, signal);
  // Where each container's following begins, so that no line comes twice.
  const seen = new Map<string, string>();
  for (const line of past) {
    if (line.at !== undefined) seen.set(`${line.cluster} ${line.pod} ${line.container}`, line.at);
    if (isNew(line)) yield event(line);
  }
  if (!request.follow || request.previous) return;
  for await (const line of linesToCome(clusters, request, seen, signal)) if (isNew(line)) yield event(line);
}

async function linesByNow(
  clusters: readonly PooledCluster[],
  request: LogRequest,
  tail: number,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const collected = await Promise.allSettled(
    logSources(clusters, request).map(async (source) => {
      const lines: LogLine[] = [];
      const options = { previous: request.previous, follow: false, tail };
      for await (const line of linesOnce(source, options, signal)) lines.push(line);
      return lines;
    }),
  );
  const found = collected.filter((result) => result.status === "fulfilled");
  const [failed] = collected.filter((result) => result.status === "rejected");
  // One cluster that is away must not hide the lines of the others.
  if (found.length === 0 && failed !== undefined) throw failed.reason;
  return found.flatMap(({ value }) => value).sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? -1 : 1));
}

async function* linesToCome(
  clusters: () => readonly PooledCluster[],
  request: LogRequest,
  seen: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const queue = lineQueue<LogLine>(mostWaiting);
  const followed = new Set<string>();
  const look = () => {
    for (const source of logSources(clusters(), request)) {
      const key = sourceKey(source);
      if (followed.has(key)) continue;
      followed.add(key);
      const isThere = () => logSources(clusters(), request).some((one) => sourceKey(one) === key);
      const begin = seen.get(key);
      const pump = async () => {
        for await (const line of linesForEver(source, begin === undefined ? request.tail : 100, isThere, both)) {
          if (begin === undefined || line.at === undefined || line.at > begin) await queue.push(line);
        }
        followed.delete(key);
      };
      pump().catch((error: unknown) => queue.fail(error));
    }
  };
  const timer = setInterval(look, lookEvery);
  look();
  try {
    yield* queue.read(both);
  } finally {
    clearInterval(timer);
    stop.abort();
  }
}

function event(line: LogLine): OutgoingEvent<LogLine> {
  return { ...(line.at === undefined ? {} : { id: line.at }), data: line };
}
