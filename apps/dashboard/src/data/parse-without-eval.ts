/**
 * Must be imported before any schema is made: the security policy forbids compiling code from strings, and zod would try
 * it once, which the browser reports as a violation.
 */
import { z } from "zod";

z.config({ jitless: true });
