import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { gatherInto } from "./gather-into.ts";

test("what goes in comes out, however it is cut and however late it is read", async () => {
  const sizes = fc.array(fc.oneof(fc.nat(2_000), fc.nat(700_000)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(3), async (lengths, turns) => {
      const pieces = lengths.map((length) => randomBytes(length));
      const seen: Buffer[] = [];
      const read: Buffer[] = [];
      const late = new Writable({
        async write(chunk: Buffer, _encoding, next) {
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
          read.push(Buffer.from(chunk));
          next();
        },
      });
      await pipeline(
        Readable.from(pieces, { objectMode: false }),
        gatherInto(late, (chunk) => seen.push(Buffer.from(chunk))),
      );
      assert.ok(late.writableFinished);
      assert.ok(Buffer.concat(read).equals(Buffer.concat(pieces)));
      assert.ok(Buffer.concat(seen).equals(Buffer.concat(pieces)));
    }),
    { numRuns: 60 },
  );
});

test("a target that fails fails the whole, and is ended when the source fails", async () => {
  const into = (target: Writable) => gatherInto(target, () => {});
  const source = () => Readable.from([randomBytes(300_000), randomBytes(300_000)], { objectMode: false });
  const full = new Writable({
    write(_chunk, _encoding, next) {
      next(new Error("the disk is full"));
    },
  });
  await assert.rejects(pipeline(source(), into(full)), { message: "the disk is full" });
  // Takes a chunk and never says so.
  const stuck = new Writable({ write() {} });
  const broken = pipeline(source(), into(stuck));
  stuck.destroy(new Error("gone"));
  await assert.rejects(broken, { message: "gone" });
  const left = new Writable({ write() {} });
  const failing = source();
  const given = pipeline(failing, into(left));
  failing.destroy(new Error("unreadable"));
  await assert.rejects(given, { message: "unreadable" });
  assert.ok(left.destroyed);
});
