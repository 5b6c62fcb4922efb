import assert from "node:assert/strict";
import { test } from "node:test";
import { isError, loginAt, optionsFor, withSession } from "../testing/scripted-client.ts";
import { scriptedRegistry } from "../testing/scripted-registry.ts";
import { readManifest } from "./manifests.ts";
import { NotPublic, publicLookup, requirePublicHost } from "./public-address.ts";

test("addresses of this machine, of private networks and of clouds' metadata are not public, however they are written", () => {
  const written = [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
  ];
  const inside = [
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a00:1]",
    "[64:ff9b::a00:1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
  ];
  for (const host of [...written, ...inside])
    assert.throws(() => requirePublicHost(new URL(`https://${host}/`).hostname), NotPublic, host);
  for (const host of ["8.8.8.8", "172.32.0.1", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "registry.example"])
    requirePublicHost(new URL(`https://${host}/`).hostname);
});

test("a name is judged by what it stands for", async () => {
  for (const all of [true, false]) {
    const error = await new Promise((resolve) => publicLookup("localhost", { all }, resolve));
    assert.ok(error instanceof NotPublic);
  }
});

test("a registry in this machine is not asked where only public ones are", async (t) => {
  const registry = await scriptedRegistry(t);
  const named = registry.address.replace("127.0.0.1", "localhost");
  for (const address of [registry.address, named]) {
    const options = optionsFor({ publicOnly: true, plainHttp: true, dockerConfig: loginAt(address) });
    const reading = withSession(address, options, (session) => readManifest(session, "v1"));
    await assert.rejects(reading, isError("not-public", /is not a public address/));
  }
  assert.deepEqual(registry.seen, []);
});
