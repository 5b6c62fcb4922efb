import { createServer } from "node:http";

const safe = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

async function page() {
  const answer = await fetch(`${process.env.SERVICE_ORDERS_URL}/goods`, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok) throw new Error(`orders answered ${answer.status}`);
  const { items, currency, servedBy } = await answer.json();
  const title = safe(process.env.TITLE);
  const rows = items.map(({ name, price, left }) => {
    const stock = left > 0 ? `${left} left` : "sold out";
    return `<tr><td>${safe(name)}<td align="right">${safe(price)} ${safe(currency)}<td>${safe(stock)}`;
  });
  const path = [process.env.HOSTNAME, ...servedBy].map(safe).join(" &rarr; ");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body{font:1rem/1.6 system-ui;max-width:36rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}
td{padding:.3rem 1.5rem .3rem 0}footer{margin-top:2rem;opacity:.7;font-size:.8rem}</style>
<h1>${title}</h1><table>${rows.join("")}</table><footer>served by ${path}</footer></html>`;
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://shop");
  if (pathname === "/healthz") return response.end("ok\n");
  if (pathname !== "/") return response.writeHead(404).end("nothing here\n");
  try {
    const html = await page();
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  } catch (error) {
    console.error(`cannot show the page: ${error.message}`);
    response
      .writeHead(502, { "content-type": "text/plain" })
      .end("The shop cannot reach its orders. Try again soon.\n");
  }
});

server.listen(process.env.PORT, () => console.log(`shop listens on ${process.env.PORT}`));
process.once("SIGTERM", () => server.close());
