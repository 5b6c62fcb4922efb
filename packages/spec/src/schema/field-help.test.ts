import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldHelp, parseAppToml } from "../index.ts";

const help = fieldHelp();

test("every field is described, with what it takes and its default", () => {
  const replicas = help.find(({ field }) => field === "replicas");
  assert.deepEqual(replicas, {
    field: "replicas",
    table: "",
    description: "How many run in each cluster; { min, max } is kept by an autoscaler",
    needs: "a whole number from 0 to 1000, or a table with min, max, cpu",
    example: "replicas = 2",
    default: "1",
    required: false,
  });
  assert.deepEqual(
    help.filter(({ required, table }) => required && table === "").map(({ field }) => field),
    ["name"],
  );
  assert.deepEqual(
    help.filter(({ table }) => table === "").map(({ field }) => field),
    [
      ..."name description kind owner oncall links replicas engine build run health metrics dependencies storages".split(
        " ",
      ),
      ..."events crons migrations env secrets public deploy resources memory slo kubernetes envs".split(" "),
    ],
  );
});

const canary = '[deploy]\nstrategy = "canary"';
const operation = '[[kubernetes.patches]]\nkind = "Service"\n[[kubernetes.patches.json]]';
/** Where fields stand that need more around them than the required ones of their table. */
const around: Readonly<Record<string, string>> = {
  "events.schema": '[[events]]\nproduces = "a"\nLINE',
  "deploy.steps": `${canary}\nLINE`,
  "deploy.steps.weight": `${canary}\n[[deploy.steps]]\nLINE`,
  "deploy.steps.hold": `${canary}\n[[deploy.steps]]\nweight = 1\nLINE`,
  "deploy.switch": '[deploy]\nstrategy = "blue-green"\nLINE',
  "deploy.bake": '[deploy]\nwaves = [["alpha"]]\nLINE',
  "deploy.analysis": `${canary}\nLINE`,
  "deploy.analysis.query": `${canary}\n[[deploy.analysis]]\nmax = 1\nLINE`,
  "deploy.analysis.min": `${canary}\n[[deploy.analysis]]\nquery = "error_rate"\nLINE`,
  "deploy.analysis.max": `${canary}\n[[deploy.analysis]]\nquery = "error_rate"\nLINE`,
  memory: "replicas = 3\nLINE",
  "memory.stagger": "replicas = 3\n[memory]\nLINE",
  "slo.window": "[slo]\navailability = 99\nLINE",
  "kubernetes.patches.kind": "[[kubernetes.patches]]\nmerge = {}\nLINE",
  "kubernetes.patches.name": '[[kubernetes.patches]]\nkind = "Service"\nmerge = {}\nLINE',
  "kubernetes.patches.json.op": `${operation}\npath = "/a"\nvalue = 1\nLINE`,
  "kubernetes.patches.json.path": `${operation}\nop = "remove"\nLINE`,
  "kubernetes.patches.json.from": `${operation}\nop = "move"\npath = "/a"\nLINE`,
  "kubernetes.patches.json.value": `${operation}\nop = "add"\npath = "/a"\nLINE`,
};

/** The table with what it must have, and the line. */
function inItsTable(field: string, table: string): string {
  const siblings = help.filter((one) => one.table === table && table !== "" && one.required && one.field !== field);
  return [table, ...siblings.map(({ example }) => example), "LINE"].join("\n");
}

for (const { field, table, example, default: byDefault } of help) {
  test(`${field}: the example and the default are valid`, () => {
    const parse = (line: string): void => {
      const text = (around[field] ?? inItsTable(field, table)).replace("LINE", line);
      const parsed = parseAppToml(field === "name" ? text : `name = "user"\n${text}`);
      assert.ok(parsed.ok, `${text}\n${JSON.stringify(parsed)}`);
    };
    parse(example);
    if (byDefault !== undefined && /^["[\d]/.test(byDefault)) parse(`${field.split(".").at(-1)} = ${byDefault}`);
  });
}
