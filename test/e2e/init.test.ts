/** A folder that never heard of Fairway is in two clusters after two commands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPlatform, writeService } from "./platform.ts";

test("fairway init in an ordinary node folder, then fairway deploy: it answers", async (t) => {
  const platform = await startPlatform(t);
  const cwd = await writeService(platform, "greeter", {
    "package.json": JSON.stringify({
      name: "@acme/greeter",
      version: "1.0.0",
      description: "Greets whoever asks",
      scripts: { start: "NODE_ENV=production node server.js", dev: "nodemon server.js" },
    }),
    "server.js": `const server = require("node:http").createServer((request, response) => {
  if (request.url === "/healthz") return response.end("ok");
  response.end("hello from " + process.env.NODE_ENV);
});
server.listen(process.env.PORT || 3000);
process.once("SIGTERM", () => server.close());
`,
    ".env.example": "LOG_LEVEL=info\n",
    CODEOWNERS: "* @acme/front-desk\n",
  });
  const ended = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await platform.fairway(args, { cwd });
    assert.equal(code, 0, `${args.join(" ")}\n${stdout}${stderr}`);
  };
  await ended("init");
  await ended("check");
  await ended("deploy");
  assert.deepEqual(await platform.get("greeter"), { status: 200, body: "hello from production" });
});
