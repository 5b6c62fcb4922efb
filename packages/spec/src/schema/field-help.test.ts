import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldHelp, parseAppToml } from "../index.ts";

const help = fieldHelp();

test("every field is described, with what it takes and its default", () => {
  const replicas = help.find(({ field }) => field === "replicas");
  assert.deepEqual(replicas, {
    field: "replicas",
    table: "",
    description: "How many run in each cluster",
    needs: "a whole number from 0 to 1000",
    example: "replicas = 2",
    default: "1",
    required: false,
  });
  assert.deepEqual(
    help.filter(({ required }) => required).map(({ field }) => field),
    ["name", "health.live.path", "health.ready.path", "health.startup.path", "dependencies.name"],
  );
  assert.deepEqual(
    help.filter(({ table }) => table === "").map(({ field }) => field),
    [
      "name",
      "description",
      "kind",
      "owner",
      "replicas",
      "engine",
      "build",
      "run",
      "health",
      "dependencies",
      "env",
      "envs",
    ],
  );
});

for (const { field, table, example, default: byDefault } of help) {
  test(`${field}: the example and the default are valid`, () => {
    const parse = (line: string): void => {
      const key = field.split(".").at(-1) ?? "";
      const path = table.startsWith("[health.") && key !== "path" ? 'path = "/x"\n' : "";
      const name = table === "[[dependencies]]" && key !== "name" ? 'name = "x"\n' : "";
      const text = field === "name" ? line : `name = "user"\n${table}\n${path}${name}${line}`;
      const parsed = parseAppToml(text);
      assert.ok(parsed.ok, `${text}\n${JSON.stringify(parsed)}`);
    };
    parse(example);
    if (byDefault !== undefined && /^["[\d]/.test(byDefault)) parse(`${field.split(".").at(-1)} = ${byDefault}`);
  });
}
