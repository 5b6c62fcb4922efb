import * as z from "zod";

export const health = z.enum(["healthy", "progressing", "degraded", "down", "unknown"]);
