import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { DeployDiff } from "@fairway/api";
import { runProgram } from "../program.ts";
import { changed, deployDiff, field, inCluster } from "../testing/deploy-diff.ts";
import { type DeployServer, deployServer } from "../testing/deploy-server.ts";
import { fakeShell } from "../testing/fake-shell.ts";
import { serviceFolder, smallService } from "../testing/run-cli.ts";

const changes = deployDiff({
  clusters: [inCluster("alpha", { objects: [changed("Service", "user", { fields: [field(".spec.x", 1, 2)] })] })],
});

interface Asked extends DeployServer {
  /** Bodies of the questions. */
  readonly asked: unknown[];
}

async function server(t: TestContext, answer: DeployDiff): Promise<Asked> {
  const asked: unknown[] = [];
  const follow = () => assert.fail("nothing is rolled out");
  const made = await deployServer(t, follow, {
    diff: ({ body }) => {
      asked.push(body);
      return { value: answer };
    },
  });
  return { ...made, asked };
}

async function run(t: TestContext, { environment }: Asked, ...args: readonly string[]) {
  const folder = await serviceFolder(t, smallService);
  const shell = fakeShell({ environment: { NO_COLOR: "1", ...environment }, folder, stdin: smallService["app.toml"] });
  const code = await runProgram(["diff", ...args], shell, "0.0.0");
  return { code, out: shell.written.out, err: shell.written.err };
}

test("asks with what lies in the folder, builds nothing, and shows the answer", async (t) => {
  const fake = await server(t, changes);
  for (const where of [".", "-"]) {
    const { code, out, err } = await run(t, fake, where);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /1 change in 1 cluster\./);
    assert.match(out, /alpha\n {4}Service user\n {6}~ spec\.x +1 -> 2\n$/);
  }
  const body = { environment: "prod", appToml: smallService["app.toml"], kubernetes: {} };
  assert.deepEqual(fake.asked, [body, body]);
  assert.deepEqual(fake.calls.toSorted(), ["diff", "diff", "platform", "platform"]);
});

test("--build compares with what the folder builds", async (t) => {
  const fake = await server(t, changes);
  const { code, out } = await run(t, fake, "--build");
  assert.equal(code, 0);
  assert.match(out, /uploaded .*\n.*shop/);
  const [snapshot] = fake.snapshots;
  assert.deepEqual(fake.asked, [{ environment: "prod", appToml: smallService["app.toml"], kubernetes: {}, snapshot }]);
  assert.ok(!fake.calls.includes("createRelease"));
});

test("--json gives the answer as it is, and nothing besides", async (t) => {
  const { code, out } = await run(t, await server(t, changes), "--json", "--build");
  assert.deepEqual([code, JSON.parse(out)], [0, changes]);
});

const same = deployDiff();
const lost = deployDiff({ clusters: [inCluster("alpha"), inCluster("beta", { compared: false })] });
const codes: readonly (readonly [what: string, answer: DeployDiff, args: readonly string[], code: number])[] = [
  ["no changes", same, [], 0],
  ["no changes, asked for a code", same, ["--exit-code"], 0],
  ["changes", changes, [], 0],
  ["changes, asked for a code", changes, ["--exit-code"], 3],
  ["a cluster that could not be compared", lost, ["--exit-code"], 1],
];
for (const [what, answer, args, code] of codes) {
  test(`exit code ${code}: ${what}`, async (t) =>
    assert.equal((await run(t, await server(t, answer), ...args)).code, code));
}
