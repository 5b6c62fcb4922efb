/** Factors of the suffixes of a Kubernetes quantity (k8s.io/apimachinery `pkg/api/resource/suffix.go`). */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * The number behind a Kubernetes quantity: cores for CPU (`250m` is 0.25), bytes for memory (`1Gi` is 1073741824).
 * Undefined when the text is no quantity. Numbers, as JSON may carry them, pass as they are.
 */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === "number") return Number.isFinite(quantity) ? quantity : undefined;
  const match = pattern.exec(quantity);
  if (match === null) return undefined;
  const [, digits, exponent, suffix = ""] = match;
  const number = Number(digits) * (exponent === undefined ? (factors[suffix] ?? 1) : 10 ** Number(exponent));
  return Number.isFinite(number) ? number : undefined;
}

/** Cores as a quantity, rounded up to thousandths: 0.25 is `250m`, 2 is `2`. */
export function formatCpu(cores: number): string {
  // The small subtraction keeps 0.1 * 3 at 300m: floating point makes it 300.00000000000006.
  const thousandths = Math.ceil(cores * 1000 - 1e-6);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Bytes as a quantity, rounded up to whole bytes, in the largest binary unit that is exact: 134217728 is `128Mi`. */
export function formatMemory(bytes: number): string {
  const whole = Math.ceil(bytes);
  const unit = ["Ti", "Gi", "Mi", "Ki"].find((suffix) => whole !== 0 && whole % (factors[suffix] ?? 1) === 0);
  return unit === undefined ? String(whole) : `${whole / (factors[unit] ?? 1)}${unit}`;
}
