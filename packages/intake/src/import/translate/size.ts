import { parseQuantity } from "@fairway/objects";
import type { Settings } from "../../app-toml/settings.ts";
import { at, fieldsAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import type { Subject } from "../subject.ts";
import type { Translated } from "../translated.ts";

/** Requests and limits: a size of the profile where one fits, else explicit. */
export function size({ container, profile }: Subject): Translated {
  const limits = fieldsAt(container, "resources", "limits");
  const requests = { ...limits, ...fieldsAt(container, "resources", "requests") };
  const [cpu, memory] = [quantity(requests["cpu"]), quantity(requests["memory"])];
  const extended = Object.entries({ ...requests, ...limits }).filter(([name]) => name.includes("/"));
  const extras: Translated = {
    patches:
      extended.length === 0
        ? []
        : [
            {
              on: "container",
              merge: {
                resources: { limits: Object.fromEntries(extended.map(([name, value]) => [name, String(value)])) },
              },
            },
          ],
    remarks: [
      ...extended.map(([name]) => remark("patched", name, "devices have no field")),
      ...(requests["ephemeral-storage"] === undefined
        ? []
        : [remark("rule", "ephemeral-storage", "space for temporary files is not asked for one by one")]),
    ],
  };
  if (cpu === undefined && memory === undefined) {
    return {
      ...extras,
      remarks: [
        ...(extras.remarks ?? []),
        remark(
          "note",
          "resources",
          `it asked for nothing: it gets size small (${profile.sizes.small.cpu}, ${profile.sizes.small.memory})`,
        ),
      ],
    };
  }
  const fits = Object.entries(profile.sizes).find(
    ([, one]) => parseQuantity(one.cpu) === cpu?.amount && parseQuantity(one.memory) === memory?.amount,
  );
  const factors = {
    cpu: factor(cpu?.amount, quantity(limits["cpu"])?.amount),
    memory: factor(memory?.amount, quantity(limits["memory"])?.amount),
  };
  const explicit: Settings = {
    ...(fits !== undefined || cpu === undefined ? {} : { cpu: cpu.text }),
    ...(fits !== undefined || memory === undefined ? {} : { memory: memory.text }),
    ...limitsOf(factors, profile.limitFactors),
  };
  return {
    ...extras,
    settings: {
      ...(fits === undefined || fits[0] === "small" ? {} : { engine: { size: fits[0] } }),
      ...(Object.keys(explicit).length === 0 ? {} : { resources: explicit }),
    },
    remarks: [...(extras.remarks ?? []), ...unlimited(factors, container)],
  };
}

function quantity(value: unknown): { readonly text: string; readonly amount: number } | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const amount = parseQuantity(value);
  return amount === undefined || amount <= 0 ? undefined : { text: String(value), amount };
}

/** limit / request, to two places; app.toml says limits as factors. */
function factor(request: number | undefined, limit: number | undefined): number | undefined {
  return request === undefined || limit === undefined
    ? undefined
    : Math.max(1, Math.round((limit / request) * 100) / 100);
}

type Factors = { readonly cpu: number | undefined; readonly memory: number | undefined };

function limitsOf(factors: Factors, profile: Subject["profile"]["limitFactors"]): Settings {
  const limits: Settings = {
    ...(factors.cpu === undefined || factors.cpu === profile.cpu ? {} : { cpu: factors.cpu }),
    ...(factors.memory === undefined || factors.memory === profile.memory ? {} : { memory: factors.memory }),
  };
  return Object.keys(limits).length === 0 ? {} : { limits };
}

function unlimited(factors: Factors, container: Subject["container"]): readonly Remark[] {
  const open = (["cpu", "memory"] as const).filter(
    (one) => factors[one] === undefined && at(container, "resources", "limits", one) === undefined,
  );
  return open.length === 0
    ? []
    : [
        remark(
          "rule",
          "limits",
          `${open.join(" and ")} had no limit; every service has one, as a multiple of what it asks for`,
        ),
      ];
}
