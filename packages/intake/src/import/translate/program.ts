import type { Settings } from "../../app-toml/settings.ts";
import { at, fieldsAt, listAt, numberAt, textAt, wordsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import { type Subject, speaksFastCgi } from "../subject.ts";
import { type PatchPart, type Translated, tableOf } from "../translated.ts";

/** Engines by what an image's name or a command begins with. */
const engines: readonly (readonly [engine: string, pattern: RegExp])[] = [
  ["node", /(^|[/-])(node|nodejs|npm|yarn|pnpm|tsx)\b/],
  ["python", /(^|[/-])(python3?|gunicorn|uvicorn|celery|flask|django)\b/],
  ["php", /(^|[/-])(php|php-fpm|laravel|symfony|frankenphp)\b/],
  ["golang", /(^|[/-])(golang|go)\b/],
  ["static", /(^|[/-])(nginx|httpd|caddy)\b/],
];

/** Grace that Kubernetes and app.toml give by default, in seconds. */
const usualGrace = 30;
const firstFreePort = 1024;
export const usualPort = 8080;

/** Image, command, port and the end of the process. */
export function program(subject: Subject): Translated {
  const { container, pod, port, group } = subject;
  const image = textAt(container, "image");
  const [command, args] = [wordsAt(container, "command"), wordsAt(container, "args")];
  const engine = engines.find(([, pattern]) =>
    [image ?? "", command?.[0] ?? "", args?.[0] ?? ""].some((text) => pattern.test(text)),
  )?.[0];
  const grace = numberAt(pod, "terminationGracePeriodSeconds") ?? usualGrace;
  const isLow = port !== undefined && port < firstFreePort;
  // A service that only runs by the clock has its commands in [[crons]].
  const run: Settings = {
    ...(command === undefined || group.runner === undefined ? {} : { command }),
    ...(args === undefined || group.runner === undefined ? {} : { args }),
    ...(port === undefined || isLow || port === usualPort ? {} : { port }),
    ...(grace === usualGrace ? {} : { grace }),
  };
  const workingDir = textAt(container, "workingDir");
  return {
    settings: {
      ...(image === undefined ? {} : { build: { image } }),
      ...(Object.keys(run).length === 0 ? {} : { run }),
      ...(port === undefined && group.services.length === 0 ? { kind: "job" } : {}),
    },
    comments: [
      [
        "build",
        engine === undefined
          ? "The image as it is. To let Fairway build it: name an [engine], and drop this section."
          : `The image as it is. To let Fairway build it: [engine] name = "${engine}", and drop this section.`,
      ],
      ...(port === undefined && group.services.length === 0 && group.runner !== undefined
        ? [["kind", "Nothing calls it: it has no port, so it gets no check by default and no address."] as const]
        : []),
    ],
    remarks: [
      ...(isLow
        ? [
            remark(
              "todo",
              `port ${port}`,
              `only root may open ports below ${firstFreePort}, and no service runs as root`,
              `let it listen on $PORT, which is ${usualPort}`,
            ),
          ]
        : []),
      ...(speaksFastCgi(container)
        ? [
            remark(
              "todo",
              "port",
              "it speaks FastCGI, and services speak HTTP",
              "let it serve HTTP on $PORT: php -S, FrankenPHP, or a web server in the same image",
            ),
          ]
        : []),
      ...hooksOfContainer(container).remarks,
      ...stopping(pod, group.runner?.source.object),
    ],
    patches: [
      ...(workingDir === undefined ? [] : [{ on: "container" as const, merge: { workingDir } }]),
      ...hooksOfContainer(container).patches,
      ...extraPorts(subject),
    ],
  };
}

/** `preStop` and `postStart`. A sleep before the end is what every service has already. */
function hooksOfContainer(container: Subject["container"]): {
  readonly remarks: readonly Remark[];
  readonly patches: readonly PatchPart[];
} {
  const preStop = fieldsAt(container, "lifecycle", "preStop");
  const postStart = fieldsAt(container, "lifecycle", "postStart");
  const words = wordsAt(preStop, "exec", "command")?.join(" ") ?? "";
  const sleeps = at(preStop, "sleep") !== undefined || /(^|\s)sleep \d+/.test(words);
  const remarks: Remark[] = [];
  const lifecycle: Record<string, Settings> = {};
  if (sleeps)
    remarks.push(
      remark(
        "rule",
        "preStop",
        "every service goes on serving for 5 s after its end was announced; the sleep is not needed",
      ),
    );
  else if (Object.keys(preStop).length > 0) lifecycle["preStop"] = tableOf(preStop);
  if (Object.keys(postStart).length > 0) lifecycle["postStart"] = tableOf(postStart);
  if (Object.keys(lifecycle).length === 0) return { remarks, patches: [] };
  remarks.push(remark("patched", Object.keys(lifecycle).join(", "), "a command at the start or end has no field"));
  const path = "/spec/template/spec/containers/0/lifecycle";
  // Replaced as a whole: a handler of two kinds would be refused.
  return {
    remarks,
    patches: [{ on: "object", kind: "Deployment", operation: { op: "add", path, value: lifecycle } }],
  };
}

function stopping(pod: Subject["pod"], object: unknown): readonly Remark[] {
  const paused = at(object, "spec", "paused") === true;
  return [
    ...(paused ? [remark("lost", "paused", "the Deployment was paused: Fairway rolls out what it is given")] : []),
    ...(numberAt(pod, "activeDeadlineSeconds") === undefined
      ? []
      : [remark("lost", "activeDeadlineSeconds", "pods of a service have no end")]),
  ];
}

/** Further ports that a Service serves, such as gRPC beside HTTP. */
function extraPorts({ group, container, port }: Subject): readonly PatchPart[] {
  const served = group.services.flatMap(({ object }) => listAt(object, "spec", "ports"));
  const extra = listAt(container, "ports").flatMap((one) => {
    const number = numberAt(one, "containerPort");
    const name = textAt(one, "name");
    const isMetrics = /metric|prom/.test(name ?? "");
    const service = served.find((candidate) => {
      const target = at(candidate, "targetPort") ?? at(candidate, "port");
      return target === number || (name !== undefined && target === name);
    });
    if (number === undefined || number === port || isMetrics || service === undefined) return [];
    const known =
      (name ?? textAt(service, "name") ?? `port-${number}`) === "http"
        ? `port-${number}`
        : (name ?? textAt(service, "name") ?? `port-${number}`);
    return [
      { number, name: known, protocol: textAt(one, "protocol") ?? "TCP", outside: numberAt(service, "port") ?? number },
    ];
  });
  if (extra.length === 0) return [];
  return [
    {
      on: "container",
      merge: { ports: extra.map(({ number, name, protocol }) => ({ name, containerPort: number, protocol })) },
    },
    {
      on: "object",
      kind: "Service",
      merge: {
        spec: {
          ports: extra.map(({ name, protocol, outside }) => ({ name, port: outside, targetPort: name, protocol })),
        },
      },
    },
  ];
}
