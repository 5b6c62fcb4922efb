import type { SettingValue } from "../../app-toml/settings.ts";
import { at, fieldsAt, textAt, textsAt, wordsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import type { Subject } from "../subject.ts";
import { settingOf, type Translated, together } from "../translated.ts";

/** Fields of a pod that no field of app.toml says and that a patch carries over as they are. */
const carried = [
  "nodeSelector",
  "tolerations",
  "priorityClassName",
  "runtimeClassName",
  "schedulerName",
  "hostAliases",
  "dnsConfig",
  "shareProcessNamespace",
];

/** What is left of the pod: where it runs, and its rights. */
export function podRest(subject: Subject): Translated {
  const { pod, container, group } = subject;
  const remarks: Remark[] = [];
  const merge: Record<string, SettingValue> = {};
  for (const field of carried) {
    const value = settingOf(at(pod, field));
    if (
      value === undefined ||
      value === false ||
      value === "default-scheduler" ||
      (Array.isArray(value) && value.length === 0)
    )
      continue;
    merge[field] = value;
    remarks.push(remark("patched", field, "where pods run has no field"));
  }
  const dnsPolicy = textAt(pod, "dnsPolicy");
  if (dnsPolicy !== undefined && dnsPolicy !== "ClusterFirst") merge["dnsPolicy"] = dnsPolicy;
  const { podAntiAffinity, ...affinity } = fieldsAt(pod, "affinity");
  if (podAntiAffinity !== undefined || at(pod, "topologySpreadConstraints") !== undefined) {
    remarks.push(remark("rule", "spread", "pods of every service are spread over nodes and zones"));
  }
  const pulled = settingOf(affinity);
  if (pulled !== undefined && Object.keys(affinity).length > 0) {
    merge["affinity"] = pulled;
    remarks.push(remark("patched", "affinity", "where pods run has no field"));
  }
  if (at(pod, "imagePullSecrets") !== undefined) {
    remarks.push(remark("rule", "imagePullSecrets", "credentials for images are the platform's: fairway registry add"));
  }
  return together([
    { remarks, patches: Object.keys(merge).length === 0 ? [] : [{ on: "pod", merge }] },
    security(pod, container),
    account(subject),
    { remarks: ruled(group) },
  ]);
}

function security(pod: unknown, container: unknown): Translated {
  const of = { ...fieldsAt(pod, "securityContext"), ...fieldsAt(container, "securityContext") };
  const added = wordsAt(of, "capabilities", "add");
  const strict = of["runAsNonRoot"] === true && of["readOnlyRootFilesystem"] === true;
  const user = of["runAsUser"] ?? of["fsGroup"];
  return {
    remarks: [
      ...(added === undefined
        ? []
        : [
            remark(
              "lost",
              `capabilities ${added.join(", ")}`,
              "no service has any",
              "ask the platform's owner what it needs them for",
            ),
          ]),
      ...(strict
        ? []
        : [
            remark(
              "rule",
              "security",
              `it runs as user 65532 on a read-only root, without capabilities${user === undefined ? "" : ` (it was user ${String(user)})`}; /tmp is writable`,
              "files that it writes belong into /tmp or a storage",
            ),
          ]),
    ],
  };
}

/** Identities that a cloud gives to a ServiceAccount. */
const cloudIdentity = /^(eks\.amazonaws\.com|iam\.gke\.io|azure\.workload\.identity)\//;

function account({ group, pod }: Subject): Translated {
  const annotations = Object.entries(textsAt(group.account?.object, "metadata", "annotations")).filter(([key]) =>
    cloudIdentity.test(key),
  );
  const wantsToken =
    at(pod, "automountServiceAccountToken") !== false && group.ruled.some(({ object }) => /Role/.test(object.kind));
  return {
    remarks: [
      ...(annotations.length === 0
        ? []
        : [
            remark(
              "patched",
              "ServiceAccount",
              `its identity with the cloud: ${annotations.map(([key]) => key).join(", ")}`,
            ),
          ]),
      ...(wantsToken
        ? [
            remark(
              "lost",
              "rights in the cluster",
              "services have no token of the cluster's API",
              "what talks to the API is the platform's: ask its owner",
            ),
          ]
        : []),
    ],
    patches:
      annotations.length === 0
        ? []
        : [
            {
              on: "object",
              kind: "ServiceAccount",
              merge: { metadata: { annotations: Object.fromEntries(annotations) } },
            },
          ],
  };
}

function ruled(group: Subject["group"]): readonly Remark[] {
  const words: Readonly<Record<string, string>> = {
    NetworkPolicy: "who may call whom follows from [[dependencies]]",
    ResourceQuota: "the profile bounds every service",
    LimitRange: "the profile bounds every service",
  };
  return group.ruled.flatMap(({ object }) => {
    const word = words[object.kind];
    return word === undefined ? [] : [remark("rule", `${object.kind} ${object.metadata.name}`, word)];
  });
}
