import { createServer } from "node:http";

const prices = { anchor: 149, compass: 39, lantern: 24, rope: 3 };

async function goods() {
  const answer = await fetch(`${process.env.SERVICE_STOCK_URL}/stock`, { signal: AbortSignal.timeout(2000) });
  if (!answer.ok) throw new Error(`stock answered ${answer.status}`);
  const { left, servedBy } = await answer.json();
  const items = Object.entries(prices).map(([name, price]) => ({ name, price, left: left[name] ?? 0 }));
  return { items, currency: process.env.CURRENCY, servedBy: [process.env.HOSTNAME, servedBy] };
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://orders");
  if (pathname === "/healthz") return response.end("ok\n");
  if (pathname !== "/goods") return response.writeHead(404).end("GET /goods\n");
  try {
    const body = JSON.stringify(await goods());
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  } catch (error) {
    console.error(`cannot read the stock: ${error.message}`);
    response
      .writeHead(502, { "content-type": "application/json" })
      .end(JSON.stringify({ error: "stock is not available" }));
  }
});

server.listen(process.env.PORT, () => console.log(`orders listens on ${process.env.PORT}`));
process.once("SIGTERM", () => server.close());
