import assert from "node:assert/strict";
import { test } from "node:test";
import { buildCommand } from "./build-command.ts";
import { type Content, temporaryFolder, writeFiles } from "./testing/folder.ts";

const withDependencies = JSON.stringify({ dependencies: { fastify: "^5" } });
const cases: readonly {
  engine: string;
  files: Record<string, Content>;
  command?: string;
  expected: string | undefined;
}[] = [
  {
    engine: "node",
    files: { "package.json": withDependencies, "package-lock.json": "{}" },
    expected: "npm ci --omit=dev",
  },
  { engine: "node", files: { "package.json": withDependencies }, expected: "npm install --omit=dev" },
  { engine: "node", files: { "package.json": "{}" }, expected: undefined },
  { engine: "node", files: { "package.json": "not JSON" }, expected: undefined },
  { engine: "node", files: {}, expected: undefined },
  { engine: "golang", files: {}, expected: "CGO_ENABLED=0 go build -o app ." },
  { engine: "python", files: {}, expected: undefined },
  { engine: "node", files: { "package-lock.json": "{}" }, command: "make", expected: "make" },
  { engine: "golang", files: {}, command: " ", expected: undefined },
];
for (const { engine, files, command, expected } of cases)
  test(`${engine} with ${Object.keys(files).join(", ") || "nothing"}${command === undefined ? "" : ` and command "${command}"`}: ${expected}`, async (t) => {
    const folder = await writeFiles(await temporaryFolder(t), files);
    assert.equal(await buildCommand(folder, engine, command), expected);
  });
