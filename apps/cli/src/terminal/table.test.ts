import assert from "node:assert/strict";
import { test } from "node:test";
import { plainStyle } from "./style.ts";
import { table } from "./table.ts";
import { widthOf } from "./text.ts";

const columns = [
  { title: "SERVICE", cell: (name: string) => name, least: 6 },
  { title: "HEALTH", cell: () => "✓ healthy" },
  { title: "RELEASE", cell: () => "7c41e0" },
  { title: "ADDRESS", cell: (name: string) => `http://${name}.localhost:7080`, least: 10 },
];
const lines = (width: number) => table(["user", "billing-of-everything"], columns, { width, style: plainStyle });

test("a table is as wide as it needs, then its widest cells are cut, then its last columns go", () => {
  assert.match(lines(120).join("\n"), /billing-of-everything {2}✓ healthy {2}7c41e0 {3}http:.*:7080$/);
  for (const width of [80, 60, 45, 40, 30, 20]) {
    for (const line of lines(width)) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
  }
  assert.match(lines(40)[0] ?? "", /ADDRESS$/);
  assert.match(lines(30)[0] ?? "", /RELEASE$/);
});
