import type { Settings, SettingValue } from "../../app-toml/settings.ts";
import { at, fieldsAt, listAt, numberAt, textAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import { isSecretHeader } from "../secret-value.ts";
import { portNumber, type Subject } from "../subject.ts";
import { type PatchPart, type Translated, tableOf } from "../translated.ts";

/** A check's name in app.toml, its probe's in Kubernetes. */
const checkNames = [
  ["live", "livenessProbe"],
  ["ready", "readinessProbe"],
  ["startup", "startupProbe"],
] as const;

/** What Kubernetes takes where a probe is silent; in a live object these are written out. */
const silent = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 } as const;

/** Seconds that app.toml's own startup check waits in all. */
const usualStart = 120;

/** Probes as [health]; what no field can say as a patch of the probe. */
export function checks(subject: Subject): Translated {
  const { container } = subject;
  const health: Record<string, SettingValue> = {};
  const remarks: Remark[] = [];
  const patches: PatchPart[] = [];
  for (const [check, probeName] of checkNames) {
    const probe = fieldsAt(container, probeName);
    if (Object.keys(probe).length === 0) continue;
    const path = textAt(probe, "httpGet", "path") ?? (at(probe, "httpGet") === undefined ? undefined : "/");
    if (path !== undefined) {
      health[check] = { path: path.startsWith("/") ? path : `/${path}`, ...numbersOf(probe) };
      const http = httpDetails(subject, probe);
      if (listAt(probe, "httpGet", "httpHeaders").some(isSecretHeader)) {
        remarks.push(
          remark(
            "lost",
            `check ${check}`,
            "a header of its request let it in, and its value stood in the open",
            "let the path answer everybody, and change the value",
          ),
        );
      }
      if (http !== undefined) {
        patches.push({ on: "container", merge: { [probeName]: { httpGet: http } } });
        remarks.push(
          remark("patched", `check ${check}`, `${Object.keys(http).join(", ")} of the request has no field`),
        );
      }
      continue;
    }
    const isPort =
      at(probe, "tcpSocket") !== undefined && portNumber(container, at(probe, "tcpSocket", "port")) === subject.port;
    if (isPort && check === "ready") {
      remarks.push(
        remark("rule", "check ready", "a service that names no check is ready when it accepts connections, as before"),
      );
      continue;
    }
    const how =
      at(probe, "exec") !== undefined ? "a command" : at(probe, "grpc") !== undefined ? "gRPC" : "a connection";
    health[check] = false;
    patches.push({ on: "container", merge: { [probeName]: tableOf(withPortNumbers(subject, probe)) } });
    remarks.push(
      remark(
        "patched",
        `check ${check}`,
        `it asks by ${how}, and app.toml has fields for HTTP only`,
        "an HTTP path that answers 200 when all is well needs no patch",
      ),
    );
  }
  const late = lateStart(subject, health);
  return {
    settings: { ...(Object.keys(health).length === 0 ? {} : { health: { ...health, ...late } }) },
    remarks: [
      ...remarks,
      ...(late === undefined
        ? []
        : [
            remark(
              "note",
              "check startup",
              "the delay before the first check became a startup check: checks begin as soon as it has started",
            ),
          ]),
      ...(Object.keys(health).length === 0 && subject.port !== undefined
        ? [
            remark(
              "note",
              "checks",
              "none: it counts as ready when it accepts connections",
              'write [health] ready = "/<path>" when it has one',
            ),
          ]
        : []),
    ],
    patches,
  };
}

/** Only what somebody chose: app.toml has defaults of its own. */
function numbersOf(probe: unknown): Settings {
  const chosen = (field: keyof typeof silent) => {
    const number = numberAt(probe, field);
    return number === undefined || number === silent[field] ? undefined : number;
  };
  const [period, timeout, threshold] = [chosen("periodSeconds"), chosen("timeoutSeconds"), chosen("failureThreshold")];
  return {
    ...(period === undefined ? {} : { period: Math.min(period, 300) }),
    ...(timeout === undefined ? {} : { timeout: Math.min(timeout, 300) }),
    ...(threshold === undefined ? {} : { threshold: Math.min(threshold, 1000) }),
  };
}

/** What a request has beyond its path: another port, headers, HTTPS. */
function httpDetails({ container, port }: Subject, probe: unknown): Settings | undefined {
  const asked = portNumber(container, at(probe, "httpGet", "port"));
  const scheme = textAt(probe, "httpGet", "scheme");
  const headers = listAt(probe, "httpGet", "httpHeaders").filter((header) => !isSecretHeader(header));
  const details: Settings = {
    ...(asked === undefined || asked === port ? {} : { port: asked }),
    ...(scheme === undefined || scheme === "HTTP" ? {} : { scheme }),
    ...(headers.length === 0 ? {} : { httpHeaders: headers.map((header) => tableOf(fieldsAt(header))) }),
  };
  return Object.keys(details).length === 0 ? undefined : details;
}

/** The service's own port is called `http` in what Fairway renders, and may get another number. */
function withPortNumbers({ container, port: own }: Subject, probe: object): object {
  const socket = at(probe, "tcpSocket");
  if (socket === undefined) return probe;
  const port = portNumber(container, at(socket, "port"));
  return {
    ...probe,
    tcpSocket: { ...fieldsAt(socket), ...(port === undefined ? {} : { port: port === own ? "http" : port }) },
  };
}

/** `initialDelaySeconds` of a live check, which kept a slow start from being taken for a failure. */
function lateStart({ container }: Subject, health: Readonly<Record<string, SettingValue>>): Settings | undefined {
  const delay = numberAt(container, "livenessProbe", "initialDelaySeconds") ?? 0;
  const live = health["live"];
  if (delay === 0 || health["startup"] !== undefined || typeof live !== "object" || Array.isArray(live))
    return undefined;
  const path = at(live, "path");
  if (typeof path !== "string") return undefined;
  return { startup: { path, ...(delay <= usualStart ? {} : { threshold: Math.ceil(delay / 2) }) } };
}
