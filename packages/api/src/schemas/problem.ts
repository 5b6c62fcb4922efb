import * as z from "zod";

/** RFC 9457. `issues` lists every problem of a refused input at once. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  /** Stable and kebab-case; what scripts compare. */
  code: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
  issues: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        /** Where it is not app.toml: `kubernetes/<name>`. */
        file: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
        length: z.int().optional(),
        field: z.string().optional(),
        cluster: z.string().optional(),
        hint: z.string().optional(),
      }),
    )
    .optional(),
});

export type Problem = z.infer<typeof problem>;
