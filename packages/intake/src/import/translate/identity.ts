import type { Settings } from "../../app-toml/settings.ts";
import { remark } from "../remark.ts";
import { toolAnnotation } from "../sort-out.ts";
import { annotationsOf, labelsOf, type Subject } from "../subject.ts";
import type { Translated } from "../translated.ts";

/** Last part of a label's or annotation's key, and what it means. The keys `a8r.io/...` are those of annotated services (a8r.io). */
const owners = /(^|[/.])(owner|team|owned-by|squad)$/i;
const oncalls = /(^|[/.])(on-?call|chat|slack(-channel)?|incidents|pagerduty)$/i;
const descriptions = /(^|[/.])description$/i;
const links = /(^|[/.])(runbook|documentation|docs|dashboard|repository|repo|source|logs|bugs|support)(-?ur[il])?$/i;

const wellKnown =
  /^(app\.kubernetes\.io\/|helm\.sh\/|(app|version|component|tier|release|chart|heritage|k8s-app|name|instance|pod-template-hash|controller-revision-hash|rollouts-pod-template-hash)$)/;
/** What makes others add something to pods. */
const injecting =
  /(istio\.io\/|linkerd\.io\/|vault\.hashicorp\.com\/|datadoghq\.com\/|opentelemetry\.io\/|dapr\.io\/|consul\.hashicorp\.com\/|newrelic\.com\/)/;

/** Whose it is, and what it is for, from labels and annotations. */
export function identity(subject: Subject): Translated {
  const all = { ...labelsOf(subject), ...annotationsOf(subject) };
  const found = (pattern: RegExp) =>
    Object.entries(all).find(([key, value]) => pattern.test(key) && value.trim() !== "");
  const [ownerKey, ownerText] = found(owners) ?? [];
  const owner = ownerText
    ?.replace(/^.*[:/]/, "")
    .replace(/@.*$/, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  const [oncallKey, oncall] = found(oncalls) ?? [];
  const [descriptionKey, description] = found(descriptions) ?? [];
  const linked = Object.entries(all).flatMap(([key, url]) => {
    const title = links.exec(key)?.[2];
    return title !== undefined && /^https?:\/\/[^\s"<>]+$/.test(url) ? [{ key, title: capital(title), url }] : [];
  });
  const settings: Settings = {
    ...(description === undefined ? {} : { description: description.replace(/\s+/g, " ").trim().slice(0, 1000) }),
    ...(owner === undefined || owner === "" ? {} : { owner }),
    ...(oncall === undefined ? {} : { oncall: oncall.replace(/\s+/g, " ").trim().slice(0, 200) }),
    ...(linked.length === 0 ? {} : { links: linked.map(({ title, url }) => ({ title, url })) }),
  };
  const used = new Set([ownerKey, oncallKey, descriptionKey, ...linked.map(({ key }) => key)]);
  const rest = Object.keys(all).filter(
    (key) => !used.has(key) && !wellKnown.test(key) && !toolAnnotation.test(key) && !/^prometheus\.io\//.test(key),
  );
  const injected = rest.filter((key) => injecting.test(key));
  const others = rest.filter((key) => !injecting.test(key));
  return {
    settings,
    remarks: [
      ...(owner === undefined || owner === ""
        ? [remark("note", "owner", "no label or annotation says whose it is", 'write owner = "<team>"')]
        : []),
      ...(injected.length === 0
        ? []
        : [
            remark(
              "lost",
              "annotations",
              `${injected.join(", ")}: what they add to pods is not added here`,
              "the platform's profile can put annotations on every service; a patch can on this one",
            ),
          ]),
      ...(others.length === 0
        ? []
        : [
            remark(
              "rule",
              "labels and annotations",
              `not taken: ${others.join(", ")}; the platform's profile may put such on every service`,
            ),
          ]),
    ],
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}
