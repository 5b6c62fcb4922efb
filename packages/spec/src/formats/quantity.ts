import type { Flaw } from "./flaw.ts";

/** Suffixes of Kubernetes quantities (apimachinery `pkg/api/resource`), those that make sense for CPU and memory. */
const suffixes: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Cores or bytes; undefined when it is no quantity. */
export function quantity(text: string): number | undefined {
  const [, number = "", suffix = ""] = /^(\d{1,15}(?:\.\d{1,6})?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  return number === "" || factor === undefined ? undefined : Number(number) * factor;
}

const maxCores = 128;
const maxBytes = 4 * 2 ** 40;

/** CPU of one replica: 1m to 128 cores. */
export function cpuFlaw(text: string): Flaw | undefined {
  const cores = quantity(text);
  if (cores === undefined || /[A-Za-z]{2}|[kMGT]$/.test(text)) {
    return { reason: "cores are written 2 or 0.5, thousandths of one 500m" };
  }
  if (cores > maxCores) {
    return { reason: `this is ${text} whole cores, the limit is ${maxCores}; thousandths of one are written ${text}m` };
  }
  return cores < 0.001 ? { reason: "the least is 1m, a thousandth of a core" } : undefined;
}

/** Memory of one replica: 1Mi to 4Ti. */
export function memoryFlaw(text: string): Flaw | undefined {
  const bytes = quantity(text);
  const digits = /^\d+/.exec(text)?.[0] ?? "256";
  if (bytes === undefined) {
    const unit = /[kmgt]i?b?$/i.test(text) ? `; did you mean ${digits}${/g/i.test(text) ? "Gi" : "Mi"}?` : "";
    return { reason: `memory is written 256Mi or 1Gi${unit}` };
  }
  if (text.endsWith("m")) return { reason: `"m" is thousandths of a byte; did you mean ${digits}Mi?` };
  if (bytes < 2 ** 20) return { reason: `this is ${text} bytes, the least is 1Mi; did you mean ${digits}Mi?` };
  return bytes > maxBytes ? { reason: "the limit is 4Ti" } : undefined;
}
