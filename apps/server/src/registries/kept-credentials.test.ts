import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerCredentials } from "@fairway/images";
import { keptCredentials } from "./kept-credentials.ts";

const auth = (user: string) => ({ auth: Buffer.from(`${user}:secret-of-${user}`).toString("base64") });

test("credentials of one registry for several repositories are all kept, each for its own", () => {
  const auths = { "quay.io/team": auth("pusher"), "quay.io/base": auth("reader"), "quay.io/other": auth("nobody") };
  const others = ["quay.io/base/node:0", "quay.io/team/tools:1"];
  const kept = keptCredentials(JSON.stringify({ auths }), "quay.io/team/fairway-check", others, "server");
  const user = (repository: string) => {
    const found = dockerCredentials(kept, "quay.io", repository);
    return found.kind === "password" ? found.username : found.kind;
  };
  assert.deepEqual(["team/shop", "team/tools", "base/node"].map(user), ["pusher", "pusher", "reader"]);
  assert.doesNotMatch(kept, new RegExp(auth("nobody").auth));
});
