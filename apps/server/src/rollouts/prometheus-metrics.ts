import type { Metrics } from "@fairway/rollout";
import { z } from "zod";

/** Milliseconds for one query. */
const patience = 10_000;
/** One value needs a few hundred bytes; a query without bounds may bring very many. */
const mostBytes = 1_048_576;

/** An instant query's answer. (Prometheus documentation, "HTTP API") */
const answer = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("success"),
    data: z.discriminatedUnion("resultType", [
      z.object({ resultType: z.literal("scalar"), result: z.tuple([z.number(), z.string()]) }),
      z.object({
        resultType: z.literal("vector"),
        result: z.array(z.object({ value: z.tuple([z.number(), z.string()]).optional() })),
      }),
      z.object({ resultType: z.enum(["matrix", "string"]) }),
    ]),
  }),
  z.object({ status: z.literal("error"), error: z.string() }),
]);

/**
 * Measurements from Prometheus, or from what speaks as it does. In a query `$service`, `$environment`, `$release` and `$slot`
 * stand for those of the new release.
 *
 * @param addressOf the API of an environment's Prometheus; undefined: it has none, and so no value
 */
export function prometheusMetrics(
  addressOf: (environment: string, service: string) => Promise<string | undefined>,
): Metrics {
  return {
    async measure(query, of, signal) {
      const address = await addressOf(of.environment, of.service);
      if (address === undefined) return undefined;
      const url = new URL(`${address.replace(/\/+$/, "")}/api/v1/query`);
      url.searchParams.set("query", filled(query, of));
      const response = await fetch(url, {
        // What it would be sent on to is nobody's setting.
        redirect: "manual",
        headers: { accept: "application/json" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      });
      const text = await limited(response);
      const parsed = answer.safeParse(jsonOf(text));
      if (!parsed.success) throw new Error(`${url.origin} answers ${response.status}, not as Prometheus does`);
      if (parsed.data.status === "error") throw new Error(`${url.origin} refuses the query: ${parsed.data.error}`);
      return oneValue(parsed.data.data);
    },
  };
}

function filled(query: string, of: Readonly<Record<string, string>>): string {
  return query.replace(/\$(service|environment|release|slot)\b/g, (_, name: string) => of[name] ?? "");
}

function oneValue(data: Extract<z.output<typeof answer>, { status: "success" }>["data"]): number | undefined {
  if (data.resultType === "scalar") return numberOf(data.result[1]);
  if (data.resultType !== "vector") throw new Error(`the query gives a ${data.resultType}, not a number`);
  const [only, ...others] = data.result;
  if (others.length > 0) {
    throw new Error(
      `the query gives ${data.result.length} series where one value is needed: sum(...) or max(...) makes one of them`,
    );
  }
  if (only !== undefined && only.value === undefined) throw new Error("the query gives a histogram, not a number");
  return only?.value === undefined ? undefined : numberOf(only.value[1]);
}

/** `NaN` and `+Inf` are no values: what was divided by was nothing. */
function numberOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

async function limited(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
