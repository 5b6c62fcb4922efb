import assert from "node:assert/strict";
import { isFinished } from "@fairway/objects";
import { textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { pods, type Stage, stageIn } from "../stage.ts";
import { container, failingOnce, idle, pod } from "./objects.ts";
import { containerOf, waitingOf } from "./statuses.ts";

const lines = (count: number) => `for (let at = 1; at <= ${count}; at++) console.log("line " + at);`;

/** `pods/log` with all that one can ask of it. */
export function logCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)));

  test("a log is what was written, also of a container that has ended", async (stage) => {
    const script = `console.error("to stderr"); ${lines(2)} process.stdout.write("no end");`;
    await ended(stage, script);
    const answer = await stage.log("p");
    assert.equal(answer.code, 200);
    assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
    assert.deepEqual(answer.text.split("\n").toSorted(), ["line 1", "line 2", "no end", "to stderr"]);
  });

  test("the last lines, and so many bytes", async (stage) => {
    await ended(stage, lines(20));
    assert.equal((await stage.log("p", "tailLines=2")).text, "line 19\nline 20\n");
    assert.equal((await stage.log("p", "tailLines=0")).text, "");
    assert.equal((await stage.log("p", "tailLines=100")).text.split("\n").length, 21);
    assert.equal((await stage.log("p", "limitBytes=10")).text, "line 1\nlin");
    assert.equal((await stage.log("p", "tailLines=1&limitBytes=4")).text, "line");
  });

  test("timestamps stand before the lines", async (stage) => {
    await ended(stage, lines(2));
    const { text } = await stage.log("p", "timestamps=true");
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) line 1\n\S+ line 2\n$/);
  });

  test("since so many seconds, and since a time", async (stage) => {
    await ended(stage, `console.log("early"); setTimeout(() => console.log("late"), 4000)`);
    const { text } = await stage.log("p", "timestamps=true");
    const [early = 0, late = 0] = text.split("\n").map((line) => Date.parse(line.split(" ")[0] ?? ""));
    const between = encodeURIComponent(new Date((early + late) / 2).toISOString().replace(/\.\d+/, ""));
    assert.equal((await stage.log("p", `sinceTime=${between}`)).text, "late\n");
    const seconds = Math.ceil((Date.now() - late) / 1000) + 2;
    assert.equal((await stage.log("p", `sinceSeconds=${seconds}`)).text, "late\n");
    assert.equal((await stage.log("p", "sinceSeconds=600")).text, "early\nlate\n");
  });

  test("the log of the run before", async (stage) => {
    await stage.create(pods, failingOnce(stage, "p"));
    await stage.until(pods, "p", "restarted", (p) => (containerOf(p)?.restartCount ?? 0) > 0);
    assert.equal(await stage.untilLogged("p", /run/, "previous=true"), "run\n");
  });

  test("there is no log of a run before the first", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, `console.log("up"); ${idle}`)]));
    await stage.untilLogged("p", /up/);
    const answer = await stage.log("p", "previous=true");
    assert.equal(answer.code, 400);
    assert.equal(textAt(answer.body, "message"), 'previous terminated container "app" in pod "p" not found');
  });

  test("of several containers one is chosen", async (stage) => {
    const two = ["a", "b"].map((name) => container(stage, `console.log("I am ${name}")`, { name }));
    const initContainers = [container(stage, `console.log("I am first")`, { name: "init" })];
    await stage.create(pods, pod("p", two, { initContainers, restartPolicy: "Never" }));
    await stage.until(pods, "p", "finished", isFinished);
    const none = await stage.log("p");
    assert.deepEqual(
      [none.code, textAt(none.body, "message"), textAt(none.body, "reason")],
      [400, "a container name must be specified for pod p, choose one of: [init a b]", "BadRequest"],
    );
    const wrong = await stage.log("p", "container=c");
    assert.deepEqual([wrong.code, textAt(wrong.body, "message")], [400, "container c is not valid for pod p"]);
    assert.equal(await stage.untilLogged("p", /\n/, "container=b"), "I am b\n");
    assert.equal(await stage.untilLogged("p", /\n/, "container=init"), "I am first\n");
  });

  test("there is no log of a container that has not started", async (stage) => {
    await stage.create(pods, pod("p", [container(stage, "", { image: stage.cluster.absentImage })]));
    await stage.until(pods, "p", "waits", (p) => /Image/.test(waitingOf(p) ?? ""));
    const answer = await stage.log("p");
    assert.equal(answer.code, 400);
    assert.match(
      textAt(answer.body, "message"),
      /^container "app" in pod "p" is waiting to start: (image can't be pulled|trying and failing to pull image)$/,
    );
    await stage.create(pods, pod("q", [container(stage, "")], { nodeSelector: { "contract.test/nowhere": "yes" } }));
    const nowhere = await stage.log("q");
    assert.deepEqual([nowhere.code, nowhere.text], [204, ""]);
  });

  test("a pod that is not there has no log, and wrong questions are refused", async (stage) => {
    const absent = await stage.log("absent");
    assert.deepEqual([absent.code, textAt(absent.body, "message")], [404, 'pods "absent" not found']);
    await ended(stage, lines(1));
    const refusals = [
      ["tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0"],
      ["limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0"],
      ["sinceSeconds=0", "sinceSeconds: Invalid value: 0: must be greater than 0"],
      [
        "sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z",
        "[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
      ],
    ];
    for (const [query, why] of refusals) {
      const answer = await stage.log("p", query);
      assert.deepEqual(
        [answer.code, textAt(answer.body, "reason"), textAt(answer.body, "message")],
        [422, "Invalid", `PodLogOptions "p" is invalid: ${why}`],
      );
    }
    const text = await stage.log("p", "tailLines=some");
    assert.equal(text.code, 400);
  });

  test("a log is followed to the container's end", async (stage) => {
    const script = `let at = 0; const timer = setInterval(() => { console.log("line " + ++at); if (at === 5) clearInterval(timer); }, 300)`;
    await stage.create(pods, pod("p", [container(stage, script)], { restartPolicy: "Never" }));
    await stage.untilLogged("p", /line 1/);
    const answer = await stage.log("p", "follow=true");
    assert.equal(answer.text, "line 1\nline 2\nline 3\nline 4\nline 5\n");
    await stage.until(pods, "p", "finished", isFinished);
    assert.equal((await stage.log("p", "follow=true&tailLines=1")).text, "line 5\n");
  });
}

async function ended(stage: Stage, script: string): Promise<void> {
  await stage.create(pods, pod("p", [container(stage, script)], { restartPolicy: "Never" }));
  await stage.until(pods, "p", "finished", isFinished);
}
