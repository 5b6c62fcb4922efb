import { createServer } from "node:http";

const left = { anchor: 4, compass: 12, lantern: 0, rope: 230 };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://stock");
  if (pathname === "/healthz") return response.end("ok\n");
  if (pathname !== "/stock") return response.writeHead(404).end("GET /stock\n");
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ left, servedBy: process.env.HOSTNAME }));
});

server.listen(process.env.PORT, () => console.log(`stock listens on ${process.env.PORT}`));
process.once("SIGTERM", () => server.close());
