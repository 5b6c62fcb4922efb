import type { Settings } from "../../app-toml/settings.ts";
import { textAt } from "../json-fields.ts";
import { type Remark, remark } from "../remark.ts";
import { isSecretValue } from "../secret-value.ts";
import type { Subject } from "../subject.ts";
import { type PatchPart, type Translated, tableOf } from "../translated.ts";
import { variablesOf } from "../variables.ts";

/** Variables that the platform sets itself. */
const platforms = /^(PORT|SERVICE_.*|FAIRWAY_.*)$/;
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const longest = 100_000;

/** [env] and [secrets]: what variables hold where anybody may see it, their names where not. */
export function environment(subject: Subject): Translated {
  const { variables, unseen } = variablesOf(subject.container, subject.group);
  const env: Record<string, string> = {};
  const required: string[] = [];
  const fields: Settings[] = [];
  const comments: (readonly [string, string])[] = [];
  const remarks: Remark[] = [];
  const patches: PatchPart[] = [];
  const origins: string[] = [];
  for (const [name, origin] of variables) {
    if (!variableName.test(name)) {
      remarks.push(
        remark(
          "todo",
          `variable ${name}`,
          "app.toml takes names of letters, digits and _",
          "give it such a name, in the code too",
        ),
      );
    } else if (platforms.test(name)) {
      if (name !== "PORT" || origin.type !== "literal" || origin.value !== String(subject.port ?? "")) {
        remarks.push(
          remark(
            "todo",
            `variable ${name}`,
            "PORT, SERVICE_* and FAIRWAY_* are set by the platform",
            name === "PORT" ? "listen on $PORT" : "give it another name, in the code too",
          ),
        );
      }
    } else if (origin.type === "literal") {
      if (isSecretValue(name, origin.value)) {
        required.push(name);
        remarks.push(
          remark(
            "todo",
            `variable ${name}`,
            `its value is a secret that stood in the open (${origin.from ?? "in the manifest"}); app.toml has only the name`,
            "set it as a secret, and change it: it was readable",
          ),
        );
      } else if (origin.value.length > longest || origin.value.includes("\0")) {
        remarks.push(
          remark(
            "todo",
            `variable ${name}`,
            `its value has ${origin.value.length} characters; a variable may have ${longest}`,
            "put it into a file of the image",
          ),
        );
      } else env[name] = origin.value;
    } else if (origin.type === "secret") {
      if (origin.optional) {
        comments.push([
          "secrets",
          `${name} (Secret ${origin.secret}, key ${origin.key}) was optional and is not required.`,
        ]);
        remarks.push(remark("note", `secret ${name}`, "it was optional; a required secret must be there"));
      } else {
        required.push(name);
        origins.push(`${name}: Secret ${origin.secret}${origin.key === name ? "" : `, key ${origin.key}`}`);
      }
    } else if (origin.type === "field") {
      const composed = textAt(origin.valueFrom, "value");
      fields.push(composed === undefined ? { name, valueFrom: tableOf(origin.valueFrom) } : { name, value: composed });
      remarks.push(
        remark(
          "patched",
          `variable ${name}`,
          composed === undefined
            ? "it holds a field of the pod, which app.toml cannot say"
            : "it is put together of secrets in the container",
        ),
      );
    } else if (!origin.optional) {
      remarks.push(
        remark(
          "todo",
          `variable ${name}`,
          `its value is in ${origin.from}, which is not among the objects`,
          "add that object to the import, or the variable to [env]",
        ),
      );
    }
  }
  for (const { kind, name, optional } of unseen) {
    if (optional) continue;
    remarks.push(
      kind === "Secret"
        ? remark(
            "todo",
            `Secret ${name}`,
            "all of its keys were variables, and it is not among the objects",
            "write their names into [secrets] required",
          )
        : remark(
            "todo",
            `ConfigMap ${name}`,
            "all of its keys were variables, and it is not among the objects",
            "add it to the import, or its variables to [env]",
          ),
    );
  }
  if (fields.length > 0) patches.push({ on: "container", merge: { env: fields } });
  return {
    settings: {
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(required.length === 0 ? {} : { secrets: { required: [...new Set(required)] } }),
    },
    comments: [
      ...(origins.length === 0
        ? []
        : [["secrets", "Names only; the values are set with the platform. They came from:"] as const]),
      ...origins.map((line) => ["secrets", `  ${line}`] as const),
      ...comments,
    ],
    remarks,
    patches,
  };
}
