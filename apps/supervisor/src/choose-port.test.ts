import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { type TestContext, test } from "node:test";
import { choosePort } from "./choose-port.ts";

async function takenPort(t: TestContext): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : assert.fail("no port");
}

test("a usual port that is taken gives the next free one", async (t) => {
  const port = await takenPort(t);
  const chosen = await choosePort({ port, asked: false, variable: "FAIRWAY_PORT" }, new Set());
  assert.ok(chosen > port && chosen < port + 100);
});

test("a port that was asked for is an error when it is taken, and says how to ask for another one", async (t) => {
  const port = await takenPort(t);
  await assert.rejects(
    choosePort({ port, asked: true, variable: "FAIRWAY_PORT" }, new Set()),
    new RegExp(`port ${port} is taken.*FAIRWAY_PORT=<port>`),
  );
});

test("any free port may be asked for", async () => {
  const anyPort = { port: 0, asked: true, variable: "FAIRWAY_PORT" };
  assert.ok((await choosePort(anyPort, new Set([anyPort.port]))) > 0);
});
