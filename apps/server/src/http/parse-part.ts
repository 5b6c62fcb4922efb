import type { z } from "zod";
import { Refusal } from "./refusal.ts";

const titles = {
  params: "The address is not valid",
  query: "The query is not valid",
  body: "The body is not valid",
};

/** Parses one part of a request; throws a `Refusal` with an issue for each field. */
export function parsePart(part: keyof typeof titles, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal({
    status: part === "params" ? 404 : 400,
    code: `${part}-not-valid`,
    title: titles[part],
    issues: parsed.error.issues.slice(0, 50).map((issue) => ({
      code: issue.code.replaceAll("_", "-"),
      message: issue.message,
      field: issue.path.join("."),
    })),
  });
}
