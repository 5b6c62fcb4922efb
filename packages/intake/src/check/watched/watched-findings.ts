import { formatMemory, parseQuantity } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { localState, logsToFiles } from "../rules/disk.ts";
import { fixedPort, hardCodedAddress, loopbackOnly, noSignals } from "../rules/network.ts";
import type { Endpoint, WatchedRun } from "./watched-run.ts";

const shownAtMost = 5;

/** What a run has shown, beyond what reading could. */
export function watchedFindings(
  run: WatchedRun,
  options: { readonly spec: ServiceSpec; readonly profile: ProfileSettings },
): readonly Finding[] {
  const { spec, profile } = options;
  if (run.ended !== undefined && !(spec.kind === "job" && run.ended.code === 0)) return [atStart(run), ...files(run)];
  return [
    ...listening(run, spec),
    ...health(run),
    ...files(run),
    ...connections(run),
    ...memory(run, spec, profile),
    ...stop(run, spec),
  ];
}

/**
 * Both together: where a run has shown that something is well, a suspicion from reading is dropped; where both say the
 * same, the place in the code is worth more.
 */
export function withWatched(
  read: readonly Finding[],
  run: WatchedRun,
  watched: readonly Finding[],
): readonly Finding[] {
  const listens = run.listening !== undefined;
  const isWell = (rule: string) =>
    (listens && rule === fixedPort.code) ||
    (listens && run.sockets !== undefined && rule === loopbackOnly.code && !watched.some((one) => one.rule === rule)) ||
    (run.stop !== undefined && !run.stop.bySignal && run.stop.milliseconds !== undefined && rule === noSignals.code);
  const kept = read
    .filter(({ rule }) => !isWell(rule))
    .map((one) => {
      const certain = watched.find(({ rule, severity }) => rule === one.rule && severity === "must");
      return certain === undefined || one.severity === "must"
        ? one
        : { ...certain, ...(one.place === undefined ? {} : { place: one.place }) };
    });
  const told = new Set(kept.filter(({ place }) => place?.line !== undefined).map(({ rule }) => rule));
  return [...kept, ...watched.filter(({ rule }) => !told.has(rule))];
}

function finding(rule: Rule, message: string, rest: Partial<Finding> = {}): Finding {
  const { code, severity, why, advice } = rule;
  return { rule: code, severity, why, advice, message, ...rest };
}

function atStart({ ended, output, command }: WatchedRun): Finding {
  const how = ended?.signal ?? `exit code ${ended?.code}`;
  const wanted = missingVariable(output);
  const base = { rule: "ends-at-start", severity: "must", lines: telling(output) } as const;
  if (wanted !== undefined)
    return {
      ...base,
      message: `ends at its start (${how}): it wants ${wanted}`,
      why: "a pod that ends is started again and again, and the rollout fails",
      advice: `give it a value: ${wanted} under [env], or its name under [secrets] required`,
    };
  return {
    ...base,
    message: `ends at its start (${how}): ${command.join(" ")}`,
    why: "a pod that ends is started again and again, and the rollout fails",
    advice: 'mend what it says; kind = "job" is for what serves nobody',
  };
}

/** Its last lines, without where in its runtime they come from. */
function telling(output: readonly string[]): readonly string[] {
  return output
    .filter((line) => line.trim() !== "" && !/^\s+at |^Node\.js v|^\s*File ".*", line \d+|^goroutine /.test(line))
    .slice(-6);
}

/** The variable that a program misses, in its own words: `KeyError: 'DB_URL'`, `DB_URL is not set`, `no DB_URL`. */
export function missingVariable(output: readonly string[]): string | undefined {
  const name = "([A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{4,})";
  const patterns = [
    new RegExp(`KeyError: ['"]${name}['"]`),
    new RegExp(`["'\`]?\\b${name}\\b["'\`]?\\s+(?:is|was|must be|has to be|not|missing|required|undefined|env)\\b`),
    new RegExp(
      `(?:[Mm]issing|[Rr]equire[sd]?|[Uu]ndefined|[Uu]nset|[Nn]ot set|[Nn]o|[Nn]eeds?|[Ss]et|[Vv]ariable)\\b[^A-Z\n]{0,40}\\b${name}\\b`,
    ),
  ];
  for (const line of output.toReversed())
    for (const pattern of patterns) {
      const found = pattern.exec(line)?.[1];
      if (
        found !== undefined &&
        found === found.toUpperCase() &&
        !/^(ERROR|WARN|INFO|DEBUG|FATAL|ECONNREFUSED|ENOENT|EADDRINUSE|SIGTERM|MODULE_NOT_FOUND|ERR_\w+)$/.test(found)
      )
        return found;
    }
  return undefined;
}

function listening(run: WatchedRun, spec: ServiceSpec): readonly Finding[] {
  if (spec.kind === "job") return [];
  const own = (run.sockets ?? []).filter(({ port }) => port === run.port);
  if (run.listening !== undefined) {
    const isLoopback = own.length > 0 && own.every(({ address }) => /^127\.|^::1$/.test(address));
    return isLoopback ? [finding(loopbackOnly, `listens on ${own[0]?.address} only`)] : [];
  }
  const others = [...new Set((run.sockets ?? []).map(({ port }) => port))];
  if (others.length > 0) return [finding(fixedPort, `listens on ${others.join(", ")}, and not on $PORT`)];
  return [
    {
      rule: "does-not-listen",
      severity: "must",
      message: `does not listen on $PORT within ${seconds(run.patience)}`,
      why: "a pod is ready when it takes connections; without, the rollout fails",
      advice: 'listen on $PORT early; kind = "job" is for what serves nobody',
      lines: telling(run.output),
    },
  ];
}

function health({ health: answers }: WatchedRun): readonly Finding[] {
  return answers
    .filter(({ status }) => status === undefined || status < 200 || status >= 400)
    .map(({ check, path, status }) => ({
      rule: "health-path-fails",
      severity: "must",
      message: `${path} (${check} in [health]) ${status === undefined ? "does not answer" : `answers ${status}`}`,
      why:
        check === "live" ? "the platform would start it again and again" : "the platform would never send it a request",
      advice: "answer 200 when all is well, and do not ask there for what may be gone for a moment",
    }));
}

function files({ written, openElsewhere }: WatchedRun): readonly Finding[] {
  const isLog = (path: string) => /\.log(\.\d+)?$|(^|\/)logs?\//.test(path);
  const all = [...written, ...openElsewhere];
  const logs = all.filter(isLog);
  const state = all.filter((path) => !isLog(path));
  return [
    ...(logs.length === 0 ? [] : [finding(logsToFiles, `wrote its log to ${some(logs)}`)]),
    ...(state.length === 0 ? [] : [finding(localState, `wrote ${some(state)}`)]),
  ];
}

function connections({ connections: opened }: WatchedRun): readonly Finding[] {
  if (opened.length === 0) return [];
  return [finding(hardCodedAddress, `opened connections that no variable told it of: ${some(opened.map(endpoint))}`)];
}

function memory({ memory: used }: WatchedRun, spec: ServiceSpec, profile: ProfileSettings): readonly Finding[] {
  const request = spec.resources.memory ?? profile.sizes[spec.engine.size].memory;
  const bytes = parseQuantity(request);
  if (used === undefined || bytes === undefined || used <= bytes) return [];
  const limit = bytes * (spec.resources.limits.memory ?? profile.limitFactors.memory);
  const isOver = used > limit;
  return [
    {
      rule: "memory-over-size",
      severity: isOver ? "must" : "should",
      message: `uses ${formatMemory(Math.round(used / 2 ** 20) * 2 ** 20)} at rest; size ${spec.engine.size} asks for ${request}`,
      why: isOver
        ? "it is killed when it reaches its limit, before it has served anybody"
        : "nodes are filled by what is asked for: with less, it is among the first to be killed",
      advice: "[engine] size, or [resources] memory",
    },
  ];
}

function stop({ stop: how }: WatchedRun, spec: ServiceSpec): readonly Finding[] {
  if (how === undefined) return [];
  if (how.milliseconds === undefined)
    return [
      {
        rule: "does-not-end",
        severity: "must",
        message: `is still there ${seconds(spec.run.grace * 1000)} after SIGTERM`,
        why: "each rollout waits for it, and what it was doing is cut when it is killed",
        advice: "end when the last request is answered; [run] grace gives more time",
      },
    ];
  if (how.bySignal)
    return spec.kind === "job"
      ? []
      : [finding(noSignals, `does nothing on SIGTERM${how.request === "cut" ? ": a request on its way was cut" : ""}`)];
  return [
    // Only here it is certain: other servers, Go's among them, drop a request whose head was not whole when they began to stop.
    ...(how.request === "cut" && spec.engine.name === "node"
      ? [
          {
            rule: "requests-cut",
            severity: "should",
            message: "ends on SIGTERM before an open request is answered",
            why: "at each rollout somebody gets no answer",
            advice: "stop listening, wait for open requests, then end (in Node.js: server.close(callback))",
          } as const,
        ]
      : []),
    ...(how.leftBehind
      ? [
          {
            rule: "leaves-processes",
            severity: "should",
            message: "leaves processes behind when it ends",
            why: "they are killed at once, whatever they were doing",
            advice: "wait for them, or start the program itself: exec in a shell",
          } as const,
        ]
      : []),
  ];
}

function endpoint({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function some(list: readonly string[]): string {
  const rest = list.length - shownAtMost;
  return `${list.slice(0, shownAtMost).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
