import { z } from "zod";
import { type DurationUnit, durationIn, durationPattern, durationText } from "../formats/duration.ts";
import type { Format } from "../formats/flaw.ts";
import { type FieldInfo, fieldInfo } from "./field-info.ts";

// The words in which the definition of app.toml is written. Each makes a schema that carries what people are told about it.

type Info = Omit<FieldInfo, "needs">;

/** A schema with what people are told about it. */
export function described<S extends z.ZodType>(schema: S, info: FieldInfo): S {
  fieldInfo.add(schema, info);
  return schema;
}

/** A table; unknown keys are issues. */
export function table<Shape extends z.core.$ZodLooseShape>(shape: Shape, info: Info) {
  return described(z.strictObject(shape), { ...info, needs: "a table" });
}

/** A list of tables, at most `most`. */
export function tables<Item extends z.ZodType>(item: Item, most: number, info: Info) {
  return described(z.array(item).max(most), { ...info, needs: "a list of tables" });
}

export function wholeNumber(minimum: number, maximum: number, info: Info) {
  return described(z.int().min(minimum).max(maximum), {
    ...info,
    needs: `a whole number from ${minimum} to ${maximum}`,
  });
}

export function number(minimum: number, maximum: number, info: Info) {
  return described(z.number().min(minimum).max(maximum), { ...info, needs: `a number from ${minimum} to ${maximum}` });
}

export function flag(info: Info) {
  return described(z.boolean(), { ...info, needs: "true or false" });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values, info: Info) {
  return described(z.enum(values), { ...info, needs: `one of ${values.join(", ")}` });
}

/** Text of a format; what is wrong with it is told in the format's own words. */
export function formatted(format: Format, info: FieldInfo) {
  const schema = z.string().superRefine((text, context) => {
    const flaw = format(text);
    if (flaw !== undefined) {
      context.addIssue({
        code: "custom",
        message: flaw.reason,
        ...(flaw.at === undefined ? {} : { params: { at: flaw.at } }),
      });
    }
  });
  return described(schema, info);
}

/** A number in `unit`, or text with units of its own; `durationIn(unit, value)` reads both. */
export function duration(unit: DurationUnit, minimum: number, maximum: number, info: Info) {
  const text = z.string().superRefine((value, context) => {
    const inUnit = durationIn(unit, value);
    const reason = /^\d{1,9}$/.test(value)
      ? `the unit is missing: "${value}${unit}"`
      : inUnit === undefined
        ? 'a duration is written "500ms", "30s", "2m" or "1h30m"'
        : !Number.isInteger(inUnit)
          ? `only whole ${unitNames[unit]} count here`
          : inUnit < minimum || inUnit > maximum
            ? outOfRange(unit, minimum, maximum)
            : undefined;
    if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
  });
  return described(z.union([z.int().min(minimum).max(maximum), text]), {
    ...info,
    needs: `a duration such as "${durationText(unit, Math.min(maximum, Math.max(minimum, 30)))}", or a number of ${unitNames[unit]}, from ${durationText(unit, minimum)} to ${durationText(unit, maximum)}`,
    pattern: durationPattern,
  });
}

const unitNames = { ms: "milliseconds", s: "seconds", m: "minutes", h: "hours", d: "days" } as const;

function outOfRange(unit: DurationUnit, minimum: number, maximum: number): string {
  return `it must last from ${durationText(unit, minimum)} to ${durationText(unit, maximum)}`;
}

/** For an environment's overrides: what a table must have may be left to the base. Lists replace, so they stay whole. */
export function loosened(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return loosened(asType(schema.unwrap())).optional();
  const made = looser(schema);
  const info = fieldInfo.get(schema);
  return info === undefined || made === schema ? made : described(made, info);
}

function looser(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape).map(([key, field]) => [
      key,
      loosened(asType(field)).optional(),
    ]);
    return z.strictObject(Object.fromEntries(fields));
  }
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((option) => loosened(asType(option))));
  return schema;
}

function asType(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError("a field of app.toml is made by zod's full interface");
}
