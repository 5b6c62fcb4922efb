import type { ServiceSummary } from "@fairway/api";
import type { Style } from "../terminal/style.ts";

type Health = ServiceSummary["health"];

/** A mark and a word: neither alone would do. */
export function healthText(of: Health): string {
  return {
    healthy: "✓ healthy",
    progressing: "… progressing",
    degraded: "! degraded",
    down: "✗ down",
    unknown: "? unknown",
  }[of];
}

export function healthLook(style: Style, of: Health): (text: string) => string {
  return {
    healthy: style.good,
    progressing: style.accent,
    degraded: style.doubtful,
    down: style.bad,
    unknown: style.faint,
  }[of];
}
