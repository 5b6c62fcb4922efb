import * as z from "zod/mini";
import { type DurationUnit, durationIn, durationPattern, durationText } from "../formats/duration.ts";
import type { Format } from "../formats/flaw.ts";
import { type FieldInfo, fieldInfo } from "./field-info.ts";

// The words in which the definitions of app.toml and of the profile are written. Each makes a schema that carries what people
// are told about it.

type Info = Omit<FieldInfo, "needs">;

/** A schema with what people are told about it. */
export function described<S extends z.core.$ZodType>(schema: S, info: FieldInfo): S {
  fieldInfo.add(schema, info);
  return schema;
}

/** A table; unknown keys are issues. */
export function table<Shape extends z.core.$ZodLooseShape>(shape: Shape, info: Info) {
  return described(z.strictObject(shape), { ...info, needs: "a table" });
}

/** A list of tables, at most `most`. */
export function tables<Item extends z.core.$ZodType>(item: Item, most: number, info: Info) {
  return described(z.array(item).check(z.maxLength(most)), { ...info, needs: "a list of tables" });
}

/** A list of at most 200 items. */
export function list<Item extends z.ZodMiniType>(item: Item, info: FieldInfo) {
  return described(z.array(item).check(z.maxLength(200)), info);
}

/** Text that a pattern tells whole. */
export function text(pattern: RegExp, info: FieldInfo) {
  return described(z.string().check(z.regex(pattern)), info);
}

export function wholeNumber(minimum: number, maximum: number, info: Info) {
  return described(z.int().check(z.minimum(minimum), z.maximum(maximum)), {
    ...info,
    needs: `a whole number from ${minimum} to ${maximum}`,
  });
}

export function number(minimum: number, maximum: number, info: Info) {
  return described(z.number().check(z.minimum(minimum), z.maximum(maximum)), {
    ...info,
    needs: `a number from ${minimum} to ${maximum}`,
  });
}

export function flag(info: Info) {
  return described(z.boolean(), { ...info, needs: "true or false" });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values, info: Info) {
  return described(z.enum(values), { ...info, needs: `one of ${values.join(", ")}` });
}

/** Text of a format; what is wrong with it is told in the format's own words. */
export function formatted(format: Format, info: FieldInfo) {
  const schema = z.string().check(
    z.superRefine((text, context) => {
      const flaw = format(text);
      if (flaw !== undefined) {
        context.addIssue({
          code: "custom",
          message: flaw.reason,
          ...(flaw.at === undefined ? {} : { params: { at: flaw.at } }),
        });
      }
    }),
  );
  return described(schema, info);
}

/** A number in `unit`, or text with units of its own; `durationIn(unit, value)` reads both. */
export function duration(unit: DurationUnit, minimum: number, maximum: number, info: Info) {
  const text = z.string().check(
    z.superRefine((value, context) => {
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
    }),
  );
  return described(z.union([z.int().check(z.minimum(minimum), z.maximum(maximum)), text]), {
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
export function loosened(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodMiniOptional) return z.optional(loosened(schema.def.innerType));
  const made = looser(schema);
  const info = fieldInfo.get(schema);
  return info === undefined || made === schema ? made : described(made, info);
}

function looser(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodMiniObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape).map(([key, field]) => [
      key,
      z.optional(loosened(field)),
    ]);
    return z.strictObject(Object.fromEntries(fields));
  }
  if (schema instanceof z.ZodMiniUnion) return z.union(schema.def.options.map(loosened));
  return schema;
}
