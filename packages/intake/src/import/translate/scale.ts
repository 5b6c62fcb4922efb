import type { SettingValue } from "../../app-toml/settings.ts";
import { at, fieldsAt, listAt, numberAt, textAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import type { Subject } from "../subject.ts";
import { type PatchPart, type Translated, tableOf } from "../translated.ts";

const usualCpu = 70;
/** Kubernetes' own, `progressDeadlineSeconds`. */
const usualDeadline = 600;

/** Replicas, the autoscaler, the way of rolling out. */
export function scale({ group, workload }: Subject): Translated {
  const object = group.runner?.source.object;
  if (object === undefined) return { settings: { replicas: 0 } };
  const remarks: Remark[] = [];
  const patches: PatchPart[] = [];
  let replicas: SettingValue | undefined = numberAt(object, "spec", "replicas") ?? 1;
  const autoscaler = group.autoscaler?.object;
  if (autoscaler !== undefined) {
    const min = Math.max(1, numberAt(autoscaler, "spec", "minReplicas") ?? 1);
    const max = Math.max(min, numberAt(autoscaler, "spec", "maxReplicas") ?? min);
    const metrics = listAt(autoscaler, "spec", "metrics");
    const cpu = metrics
      .filter((metric) => textAt(metric, "resource", "name") === "cpu")
      .map((metric) => numberAt(metric, "resource", "target", "averageUtilization"))
      .find((target) => target !== undefined);
    replicas = { min, max, ...(cpu === undefined || cpu === usualCpu ? {} : { cpu }) };
    const others = metrics.filter((metric) => textAt(metric, "resource", "name") !== "cpu");
    if (others.length > 0) {
      const names = others.map(
        (metric) =>
          textAt(metric, "resource", "name") ??
          textAt(metric, (textAt(metric, "type") ?? "").toLowerCase(), "metric", "name") ??
          textAt(metric, "type") ??
          "?",
      );
      remarks.push(
        remark(
          "lost",
          "autoscaler",
          `it also looked at ${names.join(", ")}; app.toml has CPU`,
          cpu === undefined
            ? `it now aims at ${usualCpu} percent of CPU: see whether that suits`
            : "see whether CPU alone suits",
        ),
      );
    }
    const behavior = fieldsAt(autoscaler, "spec", "behavior");
    if (Object.keys(behavior).length > 0) {
      patches.push({ on: "object", kind: "HorizontalPodAutoscaler", merge: { spec: { behavior: tableOf(behavior) } } });
      remarks.push(remark("patched", "autoscaler", "how fast it scales has no field"));
    }
  }
  if (textAt(object, "spec", "strategy", "type") === "Recreate") {
    patches.push({
      on: "object",
      kind: "Deployment",
      operation: { op: "replace", path: "/spec/strategy", value: { type: "Recreate" } },
    });
    remarks.push(
      remark(
        "patched",
        "strategy Recreate",
        "services are rolled without a break",
        "if two of it may run at a time, drop the patch",
      ),
    );
  }
  const deadline = numberAt(object, "spec", "progressDeadlineSeconds");
  const steps = listAt(object, "spec", "strategy", "canary", "steps");
  return {
    settings: {
      ...(replicas === 1 ? {} : { replicas }),
      ...(deadline === undefined || deadline === usualDeadline || deadline > 86_400
        ? {}
        : { deploy: { timeout: seconds(deadline) } }),
    },
    remarks: [...remarks, ...progressive(object, steps), ...standIns(workload.kind)],
    patches,
  };
}

function progressive(object: unknown, steps: readonly unknown[]): readonly Remark[] {
  if (at(object, "spec", "strategy", "blueGreen") !== undefined) {
    return [
      remark(
        "lost",
        "strategy blueGreen",
        "it is rolled in place for now",
        '[deploy] strategy = "blue-green" says the same',
      ),
    ];
  }
  if (at(object, "spec", "strategy", "canary") === undefined) return [];
  const weights = steps.flatMap((step) => numberAt(step, "setWeight") ?? []);
  return [
    remark(
      "lost",
      "strategy canary",
      `it is rolled in place for now${weights.length === 0 ? "" : ` (weights were ${weights.join(", ")} percent)`}`,
      '[deploy] strategy = "canary" with steps says the same',
    ),
  ];
}

function standIns(kind: string): readonly Remark[] {
  return kind === "Deployment" || kind === "Rollout"
    ? []
    : [
        remark(
          "rule",
          kind,
          `it becomes a Deployment${kind === "StatefulSet" ? ": its pods have no fixed names any more" : ""}`,
        ),
      ];
}

/** `600` is `10m`, `90` is `90s`. */
export function seconds(count: number): string {
  if (count % 3600 === 0) return `${count / 3600}h`;
  return count % 60 === 0 ? `${count / 60}m` : `${count}s`;
}
