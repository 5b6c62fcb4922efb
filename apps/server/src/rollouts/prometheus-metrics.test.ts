import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { prometheusMetrics } from "./prometheus-metrics.ts";

const of = { environment: "prod", service: "shop", release: "7c41e0b8a402", slot: "b" } as const;

/** A Prometheus that answers everything alike, and what it was asked. */
async function prometheus(t: TestContext, status: number, body: string, headers: Record<string, string> = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(
      new URL(request.url ?? "", "http://x").pathname,
      new URL(request.url ?? "", "http://x").searchParams.get("query") ?? "",
    );
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  const measure = (query = "up") =>
    prometheusMetrics(async () => `${url}/prom/`).measure(query, of, new AbortController().signal);
  return { asked, url, measure };
}

const success = (resultType: string, result: unknown) =>
  JSON.stringify({ status: "success", data: { resultType, result } });
const series = (...values: readonly string[]) =>
  success(
    "vector",
    values.map((value) => ({ metric: {}, value: [1_700_000_000, value] })),
  );

for (const [what, body, expected] of [
  ["one series", series("0.25"), 0.25],
  ["a scalar", success("scalar", [1_700_000_000, "3"]), 3],
  ["no series", series(), undefined],
  ["a division by nothing", series("NaN"), undefined],
  ["no bound", series("+Inf"), undefined],
] as const) {
  test(`${what} is ${expected}`, async (t) => {
    const { measure } = await prometheus(t, 200, body);
    assert.equal(await measure(), expected);
  });
}

test("the query is filled in for the new release, below the path of the address", async (t) => {
  const { asked, measure } = await prometheus(t, 200, series("1"));
  await measure(
    'sum(rate(errors{app="$service",env="$environment",slot="$slot",release=~"$release.*"}[1m])) > $servicex',
  );
  assert.deepEqual(asked, [
    "/prom/api/v1/query",
    'sum(rate(errors{app="shop",env="prod",slot="b",release=~"7c41e0b8a402.*"}[1m])) > $servicex',
  ]);
});

for (const [what, status, body, headers, message] of [
  ["several series", 200, series("1", "2"), {}, /2 series where one value is needed/],
  [
    "a refusal",
    400,
    JSON.stringify({ status: "error", errorType: "bad_data", error: "parse error" }),
    {},
    /refuses the query: parse error/,
  ],
  ["a text", 200, success("string", [1_700_000_000, "up"]), {}, /gives a string, not a number/],
  ["something else", 200, "<html>", {}, /answers 200, not as Prometheus does/],
  ["a way elsewhere", 302, "", { location: "http://169.254.169.254/" }, /answers 302, not as Prometheus does/],
  ["very much", 200, `"${"x".repeat(1_100_000)}"`, {}, /larger than/],
] as const) {
  test(`${what} is told in words`, async (t) => {
    const { measure } = await prometheus(t, status, body, headers);
    await assert.rejects(measure(), message);
  });
}

test("an environment without metrics has no value, and nobody is asked", async () => {
  const metrics = prometheusMetrics(async () => undefined);
  assert.equal(await metrics.measure("up", of, new AbortController().signal), undefined);
});
