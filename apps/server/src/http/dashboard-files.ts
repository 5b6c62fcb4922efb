import { access } from "node:fs/promises";
import { join, sep } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Fairway</title>
<h1>Fairway runs, its dashboard is not built yet</h1>
<p>In the checkout: <code>npm run build -w apps/dashboard</code>, then restart; or use the command line: <code>npx fairway status</code></p>
</html>
`;

/** Serves the built dashboard at `/`. Gives the way to send its page, for every address that the browser's router knows. */
export async function serveDashboard(app: FastifyInstance, folder: string): Promise<(reply: FastifyReply) => unknown> {
  const built = await access(join(folder, "index.html")).then(
    () => true,
    () => false,
  );
  if (!built) {
    return (reply) =>
      reply.status(503).type("text/html; charset=utf-8").header("cache-control", "no-store").send(notBuilt);
  }
  const { default: files } = await import("@fastify/static");
  const assets = join(folder, "assets") + sep;
  await app.register(files, {
    root: folder,
    cacheControl: false,
    dotfiles: "ignore",
    setHeaders: (reply, path) => {
      // Built assets carry the hash of their content in their name.
      reply.header("cache-control", path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  return (reply) => reply.sendFile("index.html");
}
