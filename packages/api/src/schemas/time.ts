import * as z from "zod";

/** RFC 3339 time. */
export const time = z.iso.datetime({ offset: true });
