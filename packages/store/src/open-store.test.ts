import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { connectPglite } from "./database/connect-pglite.ts";
import { openStore, StoreError } from "./index.ts";

const home = await mkdtemp(join(tmpdir(), "fairway-store-"));
const directory = join(home, "database");
after(() => rm(home, { recursive: true, force: true }));

describe("a store in a folder", () => {
  it("starts over a first start that was killed", async () => {
    await mkdir(join(directory, "data"), { recursive: true });
    await writeFile(join(directory, "data", "PG_VERSION"), "");
    const store = await openStore({ directory });
    assert.equal(store.database, "pglite");
    assert.equal((await store.services.ensure("user")).number, 1);
    await store.close();
    await store.close();
  });

  it("keeps what was written", async () => {
    const store = await openStore({ directory });
    assert.equal((await store.services.get("user"))?.number, 1);
    await store.close();
  });

  it("lets nobody else in while it is open, in this process or another, and says who has it", async () => {
    const store = await openStore({ directory });
    try {
      const locked = {
        name: "StoreError",
        code: "locked",
        message: new RegExp(`process ${process.pid} .*${directory}`),
      };
      await assert.rejects(openStore({ directory }), locked);
      assert.match(await openElsewhere(), /^locked: /);
      assert.equal((await store.services.ensure("shop")).number, 2, "the one that has it is not disturbed");
    } finally {
      await store.close();
    }
    assert.equal(await openElsewhere(), "opened");
  });

  it("is free again after the process that had it was killed, with what was written", async () => {
    const script = `${importStore}
      const store = await openStore({ directory: process.argv[1] });
      await store.services.ensure("cart");
      process.stdout.write("ready");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, directory]);
    const exit = once(child, "exit");
    try {
      await Promise.race([once(child.stdout, "data"), exit]);
    } finally {
      child.kill("SIGKILL");
    }
    await exit;
    const store = await openStore({ directory });
    assert.equal((await store.services.get("cart"))?.number, 3);
    assert.equal((await store.services.ensure("mail")).number, 4, "no number is lost");
    await store.close();
  });

  it("refuses tables of a newer version, and touches nothing", async () => {
    const connection = await connectPglite(directory);
    await connection.db
      .insertInto("migrations" as never)
      .values({ name: "9999-later", timestamp: "" } as never)
      .execute();
    await connection.close();
    const error = await openStore({ directory }).catch((caught: unknown) => caught);
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "too-new");
    assert.match(error.message, /9999-later/);
  });
});

describe("the address of a database", () => {
  for (const databaseUrl of [
    "",
    "hush",
    "mysql://fairway:hush@localhost/fairway",
    "postgres://fairway:7654#hush@localhost/fairway",
    "postgres://fairway:7654/hush@localhost/fairway",
    "postgres://fairway:7654?hush@localhost/fairway",
    "postgres://fairway:hush@localhost:port/fairway",
  ]) {
    it(`is refused without being repeated: ${JSON.stringify(databaseUrl)}`, async () => {
      const error = await openStore({ databaseUrl }).catch((caught: unknown) => caught);
      assert.ok(error instanceof StoreError);
      assert.equal(error.code, "address-not-valid");
      assert.doesNotMatch(String(error.stack) + String(error.cause), /hush|7654/);
    });
  }

  it("is named without the password when nothing answers there", async () => {
    const error = await openStore({ databaseUrl: "postgres://fairway:s3cr3t@127.0.0.1:1/platform" }).catch(
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /127\.0\.0\.1:1\/platform/);
    assert.doesNotMatch(String(error.stack) + JSON.stringify(error.cause), /s3cr3t/);
  });
});

const importStore = `import { openStore } from ${JSON.stringify(import.meta.resolve("./index.ts"))};`;

/** What another process sees: `opened`, or its error. */
async function openElsewhere(): Promise<string> {
  const script = `${importStore}
    try {
      const store = await openStore({ directory: process.argv[1] });
      await store.close();
      process.stdout.write("opened");
    } catch (error) {
      process.stdout.write(error.code + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, directory]);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await once(child, "close");
  return output;
}
