import { type JsonObject, listAt, objectsAt, stringsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, required } from "./causes.ts";
import { labelKeyProblems, labelValueProblems } from "./names.ts";

/** Rules of a label selector; `path` is where it stands (k8s.io/apimachinery/pkg/apis/meta/v1/validation). */
export function selectorCauses(selector: JsonObject | undefined, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [key, value] of Object.entries(stringsAt(selector, "matchLabels"))) {
    const field = `${path}.matchLabels`;
    causes.push(...labelKeyProblems(key).map((problem) => invalidValue(field, key, problem)));
    causes.push(...labelValueProblems(value).map((problem) => invalidValue(field, value, problem)));
  }
  for (const [index, expression] of objectsAt(selector, "matchExpressions").entries()) {
    const field = `${path}.matchExpressions[${index}]`;
    const operator = textAt(expression, "operator");
    const hasValues = listAt(expression, "values").length > 0;
    if (operator === "In" || operator === "NotIn") {
      if (!hasValues) causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (hasValues) {
        causes.push(
          forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
    } else causes.push(invalidValue(`${field}.operator`, operator, "not a valid selector operator"));
  }
  return causes;
}
