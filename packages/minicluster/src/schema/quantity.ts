const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;

const pattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

interface Amount {
  /** In thousand-millionths (nano), exact. */
  readonly nano: bigint;
  readonly format: "binary" | "decimal" | "exponent";
}

function parse(text: string): Amount | undefined {
  const match = pattern.exec(text);
  const digits = match?.[2];
  if (match === null || digits === undefined) return undefined;
  const suffix = match[3] ?? "";
  const [whole = "", fraction = ""] = digits.split(".");
  let mantissa = BigInt(`${whole}${fraction}`);
  if (match[1] === "-") mantissa = -mantissa;
  const binaryPower = suffix === "" ? -1 : binary.indexOf(suffix as (typeof binary)[number]);
  let scale = 9 - fraction.length;
  let factor = 1n;
  if (binaryPower > 0) {
    factor = 1024n ** BigInt(binaryPower);
  } else if (/^[eE][+-]?\d+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    if (Math.abs(exponent) > 30) return undefined;
    scale += exponent;
  } else {
    scale += (decimal.indexOf(suffix as (typeof decimal)[number]) - 3) * 3;
  }
  const format = binaryPower > 0 ? "binary" : /^[eE][+-]?\d/.test(suffix) ? "exponent" : "decimal";
  const scaled = mantissa * factor;
  if (scale >= 0) return { nano: scaled * 10n ** BigInt(scale), format };
  const divisor = 10n ** BigInt(-scale);
  // Below a nano the API server rounds up.
  const nano = scaled / divisor + (scaled % divisor > 0n ? 1n : 0n);
  return { nano, format };
}

/** A quantity (`250m`, `128Mi`, `0.5`) as a number: cores, bytes, pieces. Undefined when it is none. */
export function parseQuantity(text: string | number): number | undefined {
  const amount = parse(String(text));
  return amount === undefined ? undefined : Number(amount.nano) / 1e9;
}

/**
 * The canonical form in which the API server gives a quantity back: no fraction, the largest suffix that keeps it whole
 * (`0.5` is `500m`, `1024Mi` is `1Gi`). Undefined when it is no quantity.
 * Source: k8s.io/apimachinery/pkg/api/resource, "Canonical form".
 */
export function canonicalQuantity(text: string | number): string | undefined {
  const amount = parse(String(text));
  return amount === undefined ? undefined : written(amount);
}

/**
 * The sum of two quantities, or their difference with `sign` -1; what is no quantity counts as 0. Exact. It is written as the first, or as the second when
 * the first is 0 (k8s.io/apimachinery/pkg/api/resource, `Quantity.Add`).
 */
export function addQuantities(a: string, b: string, sign: 1 | -1 = 1): string {
  const left = parse(a) ?? nothing;
  const right = parse(b) ?? nothing;
  const nano = left.nano + (sign === 1 ? right.nano : -right.nano);
  return written({ nano, format: left.nano === 0n ? right.format : left.format });
}

/** Below 0 when the first is less, 0 when they are equal; what is no quantity counts as 0. Exact. */
export function compareQuantities(a: string, b: string): number {
  const difference = (parse(a) ?? nothing).nano - (parse(b) ?? nothing).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const nothing: Amount = { nano: 0n, format: "decimal" };

function written({ nano, format }: Amount): string {
  if (nano === 0n) return "0";
  const unit = 1_000_000_000n;
  if (format === "binary" && nano % unit === 0n) {
    let value = nano / unit;
    let power = 0;
    while (power < binary.length - 1 && value % 1024n === 0n) {
      value /= 1024n;
      power += 1;
    }
    // Below 1024 a binary number is written without suffix in either format.
    return `${value}${binary[power]}`;
  }
  let value = nano;
  let power = 0;
  while (power < decimal.length - 1 && value % 1000n === 0n) {
    value /= 1000n;
    power += 1;
  }
  if (format === "exponent" && power !== 3) return `${value}e${(power - 3) * 3}`;
  return `${value}${decimal[power]}`;
}
