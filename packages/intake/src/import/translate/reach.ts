import type { Settings } from "../../app-toml/settings.ts";
import { at, listAt, numberAt, textAt, textsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import { annotationsOf, portNumber, type Subject } from "../subject.ts";
import type { PatchPart, Translated } from "../translated.ts";

const host = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
/** Annotations of an Ingress that are the platform's affair: which controller, which certificate, which name server. */
const platforms =
  /(ingress\.class|cert-manager\.io\/|external-dns|acme|ssl-redirect|tls-acme|alb\.ingress|appgw\.ingress|ingress\.gcp|networking\.gke\.io|ingress-class)/;

/** Where people and Prometheus find it: [public], [metrics], and what its Service was. */
export function reach(subject: Subject): Translated {
  const { group } = subject;
  const remarks: Remark[] = [];
  const addresses: { host: string; path: string; tls: boolean }[] = [];
  const annotations: Record<string, string> = {};
  const names = new Set(group.services.map(({ object }) => object.metadata.name));
  for (const { object } of group.routes) {
    const ours = textsAt(object, "metadata", "annotations");
    for (const [key, value] of Object.entries(ours)) if (!platforms.test(key)) annotations[key] = value;
    const left = Object.keys(ours).filter((key) => platforms.test(key));
    if (left.length > 0)
      remarks.push(
        remark(
          "rule",
          `${object.kind} ${object.metadata.name}`,
          `the platform's profile says class, certificate and names: ${left.join(", ")}`,
        ),
      );
    for (const one of [...ingressAddresses(object, names), ...routeAddresses(object, names)]) {
      if (one.host === undefined || !host.test(one.host)) {
        remarks.push(
          remark(
            "todo",
            "public host",
            one.host === undefined
              ? `${object.kind} ${object.metadata.name} takes every host`
              : `"${one.host}" is no single host`,
            'name each host: [public] host = "shop.example.com"',
          ),
        );
        continue;
      }
      const path = one.path.startsWith("/") ? one.path : "/";
      if (/[()*|\\^$]/.test(path)) {
        remarks.push(
          remark("todo", `path ${path}`, "paths are prefixes, no patterns", `write the prefix of ${one.host} by hand`),
        );
        continue;
      }
      if (!addresses.some((known) => known.host === one.host && known.path === path))
        addresses.push({ host: one.host, path, tls: one.tls });
    }
  }
  const listed: readonly Settings[] = addresses.map((one) => ({
    host: one.host,
    ...(one.path === "/" ? {} : { path: one.path }),
    ...(one.tls ? {} : { tls: false }),
  }));
  const [first] = listed;
  const metrics = metricsOf(subject);
  const patches: PatchPart[] = [];
  if (Object.keys(annotations).length > 0 && addresses.length > 0) {
    patches.push({ on: "object", kind: "Ingress", merge: { metadata: { annotations } } });
    remarks.push(remark("patched", "annotations of the Ingress", Object.keys(annotations).join(", ")));
  }
  return {
    settings: {
      ...(first === undefined ? {} : { public: listed.length === 1 ? first : listed }),
      ...(metrics === undefined ? {} : { metrics }),
    },
    remarks: [...remarks, ...serviceRemarks(subject)],
    patches,
  };
}

interface Found {
  readonly host: string | undefined;
  readonly path: string;
  readonly tls: boolean;
}

function ingressAddresses(object: unknown, services: ReadonlySet<string>): readonly Found[] {
  if (textAt(object, "kind") !== "Ingress") return [];
  const secured = listAt(object, "spec", "tls");
  const hosts = new Set(secured.flatMap((one) => listAt(one, "hosts")));
  // An entry without hosts is for all of them.
  const all = secured.some((one) => listAt(one, "hosts").length === 0);
  const rules = listAt(object, "spec", "rules").flatMap((rule) =>
    listAt(rule, "http", "paths")
      .filter((path) => services.has(textAt(path, "backend", "service", "name") ?? ""))
      .map((path) => {
        const name = textAt(rule, "host");
        return { host: name, path: textAt(path, "path") ?? "/", tls: all || hosts.has(name) };
      }),
  );
  const byDefault = textAt(object, "spec", "defaultBackend", "service", "name");
  return byDefault !== undefined && services.has(byDefault)
    ? [...rules, { host: undefined, path: "/", tls: false }]
    : rules;
}

function routeAddresses(object: unknown, services: ReadonlySet<string>): readonly Found[] {
  if (textAt(object, "kind") !== "HTTPRoute") return [];
  const rules = listAt(object, "spec", "rules").filter((rule) =>
    listAt(rule, "backendRefs").some((ref) => services.has(textAt(ref, "name") ?? "")),
  );
  const paths = rules.flatMap((rule) => {
    const matches = listAt(rule, "matches").map((match) => textAt(match, "path", "value") ?? "/");
    return matches.length === 0 ? ["/"] : matches;
  });
  // Whether it is HTTPS is said by the Gateway, which is the platform's.
  return listAt(object, "spec", "hostnames").flatMap((name) =>
    paths.map((path) => ({ host: typeof name === "string" ? name : undefined, path, tls: true })),
  );
}

/** Annotations of Prometheus' usual scrape configuration, or the objects of its operator. */
function metricsOf(subject: Subject): Settings | undefined {
  const { group, container } = subject;
  const annotations: Readonly<Record<string, string>> = Object.assign(
    {},
    ...group.services.map(({ object }) => textsAt(object, "metadata", "annotations")),
    annotationsOf(subject),
  );
  const endpoint = group.monitors.flatMap(({ object }) => [
    ...listAt(object, "spec", "endpoints"),
    ...listAt(object, "spec", "podMetricsEndpoints"),
  ])[0];
  if (endpoint === undefined && annotations["prometheus.io/scrape"] !== "true") return undefined;
  const name = at(endpoint, "targetPort") ?? at(endpoint, "port");
  const service = group.services
    .flatMap(({ object }) => listAt(object, "spec", "ports"))
    .find((port) => textAt(port, "name") === name);
  const told = annotations["prometheus.io/port"];
  const port =
    endpoint === undefined
      ? told !== undefined && /^\d+$/.test(told)
        ? Number(told)
        : undefined
      : (portNumber(container, at(service, "targetPort") ?? name) ?? numberAt(service, "port"));
  return {
    path: textAt(endpoint, "path") ?? annotations["prometheus.io/path"] ?? "/metrics",
    ...(port === undefined || port === subject.port ? {} : { port }),
  };
}

function serviceRemarks({ group, name }: Subject): readonly Remark[] {
  return group.services.flatMap(({ object }) => {
    const type = textAt(object, "spec", "type") ?? "ClusterIP";
    const ports = listAt(object, "spec", "ports").flatMap((port) => numberAt(port, "port") ?? []);
    return [
      ...(type === "LoadBalancer" || type === "NodePort"
        ? [
            remark(
              "todo",
              `Service ${object.metadata.name}`,
              `it was reachable from outside by itself (${type})`,
              '[public] host = "..." makes it reachable by a name',
            ),
          ]
        : []),
      ...(textAt(object, "spec", "clusterIP") === "None"
        ? [
            remark(
              "rule",
              `Service ${object.metadata.name}`,
              "it had no address of its own (headless); services have one",
            ),
          ]
        : []),
      ...(ports.includes(80) && object.metadata.name === name
        ? []
        : [
            remark(
              "rule",
              `Service ${object.metadata.name}`,
              `callers reach it as ${name}, port 80, or by SERVICE_${name.toUpperCase().replaceAll("-", "_")}_URL; it was ${object.metadata.name}${ports.length === 0 ? "" : `, port ${ports.join(", ")}`}`,
            ),
          ]),
    ];
  });
}
