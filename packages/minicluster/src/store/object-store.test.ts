import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type JsonObject, textAt } from "../json.ts";
import { openObjectStore } from "./object-store.ts";
import { StateCorrupt } from "./write-ahead-log.ts";

function folder(context: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "objects-"));
  context.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function thing(name: string, value = 0, namespace = "a"): JsonObject {
  return { kind: "Thing", metadata: { name, namespace }, value };
}

const names = (objects: readonly JsonObject[]) => objects.map((object) => textAt(object, "metadata", "name"));

test("every write gets the next version, and a restart gives back objects and versions", (context) => {
  const directory = folder(context);
  let store = openObjectStore({ directory });
  store.put("things", thing("b"));
  store.put("things", thing("a", 1));
  store.put("things", thing("a", 2));
  store.delete("things", "a", "b");
  assert.equal(store.delete("things", "a", "b"), undefined);
  store.close();
  store = openObjectStore({ directory });
  assert.equal(store.version(), 4);
  assert.deepEqual(names(store.list("things")), ["a"]);
  assert.equal(store.get("things", "a", "a")?.["value"], 2);
  assert.equal(textAt(store.get("things", "a", "a"), "metadata", "resourceVersion"), "3");
  // A watcher may go on where it was before the restart.
  assert.deepEqual(
    store.since(1)?.map(({ type, version }) => `${type} ${version}`),
    ["ADDED 2", "MODIFIED 3", "DELETED 4"],
  );
  store.close();
});

test("a list is in order of namespace and name", () => {
  const store = openObjectStore({});
  for (const [name, namespace] of [
    ["z", "b"],
    ["a", "c"],
    ["b", "b"],
  ] as const) {
    store.put("things", thing(name, 0, namespace));
  }
  assert.deepEqual(names(store.list("things")), ["b", "z", "a"]);
  assert.deepEqual(names(store.list("things", "b")), ["b", "z"]);
});

test("stored objects cannot be changed from outside", () => {
  const store = openObjectStore({});
  const { object } = store.put("things", thing("a"));
  assert.throws(() => {
    object["value"] = 1;
  }, TypeError);
});

test("a last line that a kill tore is dropped, and the log goes on behind it", (context) => {
  const directory = folder(context);
  let store = openObjectStore({ directory });
  store.put("things", thing("a"));
  store.close();
  for (const torn of ['[2,"ADDED","things",{"metadata":{"na', "[2,\n"]) {
    appendFileSync(join(directory, "log.jsonl"), torn);
    store = openObjectStore({ directory });
    assert.deepEqual(names(store.list("things")), ["a"]);
    store.close();
  }
  store = openObjectStore({ directory });
  store.put("things", thing("b"));
  store.close();
  store = openObjectStore({ directory });
  assert.deepEqual(names(store.list("things")), ["a", "b"]);
  store.close();
});

test("a line that is damaged elsewhere is reported with its place", (context) => {
  const directory = folder(context);
  const store = openObjectStore({ directory });
  for (const name of ["a", "b", "c"]) store.put("things", thing(name));
  store.close();
  const file = join(directory, "log.jsonl");
  writeFileSync(file, readFileSync(file, "utf8").replace('"b"', '"b'));
  assert.throws(
    () => openObjectStore({ directory }),
    (error) => error instanceof StateCorrupt && error.message.includes("log.jsonl:2"),
  );
});

test("the log is folded into a snapshot, also when a kill came between the two", (context) => {
  const directory = folder(context);
  let store = openObjectStore({ directory, compactAfter: 2000 });
  let before = "";
  for (let i = 0; i < 100; i++) {
    const log = readFileSync(join(directory, "log.jsonl"), "utf8");
    if (log !== "") before = log;
    store.put("things", thing(`t${i % 3}`, i));
  }
  assert.ok(statSync(join(directory, "log.jsonl")).size < 3000);
  store.close();
  // The old log beside the new snapshot: its entries are known already.
  writeFileSync(join(directory, "log.jsonl"), before);
  store = openObjectStore({ directory });
  assert.deepEqual(names(store.list("things")), ["t0", "t1", "t2"]);
  assert.ok(store.version() >= 99);
  assert.equal(store.since(1), undefined);
  store.close();
});

test("history is bounded: a watch that starts before it must list again", () => {
  const store = openObjectStore({ historyLimit: 10 });
  for (let i = 0; i < 100; i++) store.put("things", thing("a", i));
  assert.equal(store.since(5), undefined);
  assert.deepEqual(
    store.since(98)?.map(({ version }) => version),
    [99, 100],
  );
  assert.deepEqual(store.since(100), []);
});

test("history is bounded in bytes too", (context) => {
  const directory = folder(context);
  const store = openObjectStore({ directory, historyBytes: 10_000 });
  for (let i = 0; i < 100; i++) store.put("things", { ...thing("a", i), padding: "x".repeat(1000) });
  assert.equal(store.since(50), undefined);
  const kept = store.since(97);
  assert.deepEqual(
    kept?.map(({ version }) => version),
    [98, 99, 100],
  );
  store.close();
});

test("listeners are told in order, also of writes that listeners make, and a broken one fails no write", () => {
  const errors: unknown[] = [];
  const store = openObjectStore({ onListenerError: (error) => errors.push(error) });
  const seen: string[] = [];
  store.onChange(({ version, object }) => {
    seen.push(`first ${version}`);
    if (textAt(object, "metadata", "name") === "a") store.put("things", thing("b"));
  });
  store.onChange(() => {
    throw new Error("broken");
  });
  const unsubscribe = store.onChange(({ version }) => seen.push(`last ${version}`));
  store.put("things", thing("a"));
  assert.deepEqual(seen, ["first 1", "last 1", "first 2", "last 2"]);
  assert.equal(errors.length, 2);
  unsubscribe();
  store.put("things", thing("c"));
  assert.equal(seen.at(-1), "first 3");
});

test("kill -9 loses nothing that was acknowledged", async (context) => {
  const directory = folder(context);
  const program = `
    import { openObjectStore } from ${JSON.stringify(fileURLToPath(new URL("./object-store.ts", import.meta.url)))};
    const store = openObjectStore({ directory: ${JSON.stringify(directory)}, compactAfter: 20000 });
    const padding = "x".repeat(500);
    const write = () => {
      for (let i = 0; i < 20; i++) {
        const name = "t" + (store.version() % 50);
        const { version } = store.put("things", { metadata: { name, namespace: "a" }, padding });
        process.stdout.write(version + "\\n");
      }
      setImmediate(write);
    };
    write();`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => child.kill("SIGKILL"));
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged === 300) child.kill("SIGKILL");
  }
  if (child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  const store = openObjectStore({ directory });
  assert.ok(acknowledged >= 300 && store.version() >= acknowledged, `${store.version()} of ${acknowledged}`);
  assert.equal(store.list("things").length, 50);
  store.close();
});
