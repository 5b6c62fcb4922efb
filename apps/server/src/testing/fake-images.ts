import { createHash } from "node:crypto";
import { RegistryError, type RegistryErrorCode } from "@fairway/images";
import type { ImageClient, ImagePush, RegistryCall } from "../images/image-client.ts";

/** A registry in memory, with handles for tests. */
export interface FakeImages extends ImageClient {
  /** What references mean: digits of a digest, and the size in bytes. Others are not there. */
  readonly known: Map<string, { digit: string; bytes: number }>;
  /** References that have gone, or of which the registry does not tell. */
  readonly gone: Map<string, "absent" | RegistryErrorCode>;
  /** What was asked to be pushed, in order. */
  readonly pushes: ImagePush[];
  /** Repositories whose right to push was asked for, with what was given for their host. */
  readonly asked: { repository: string; given: ReturnType<RegistryCall["access"]> }[];
  /** The next call fails so. */
  failure: RegistryErrorCode | undefined;
  /** Size of what is pushed. */
  bytes: number;
  /** What a push waits for, after its first progress. */
  gate: Promise<void>;
  /** Pushes under way at this moment, and the most there were. */
  running: number;
  most: number;
}

export function fakeImages(): FakeImages {
  const pushed = new Set<string>();
  const fail = () => {
    const code = self.failure;
    self.failure = undefined;
    if (code !== undefined) throw new RegistryError(code, `registry.example.com: ${code}`, { hint: "mend it" });
  };
  const self: FakeImages = {
    known: new Map([["docker.io/library/node:24-slim", { digit: "b", bytes: 50_000_000 }]]),
    gone: new Map(),
    pushes: [],
    asked: [],
    failure: undefined,
    bytes: 52_000_000,
    gate: Promise.resolve(),
    running: 0,
    most: 0,
    async resolve(reference) {
      fail();
      const found = self.known.get(reference);
      if (found === undefined) throw new RegistryError("not-found", `there is no ${reference}`, { hint: "push it" });
      const repository = reference.replace(/@.*$/, "").replace(/:[^/]*$/, "");
      return { reference: `${repository}@sha256:${found.digit.repeat(64)}`, bytes: found.bytes };
    },
    async has(reference) {
      const state = self.gone.get(reference);
      if (state !== undefined && state !== "absent") throw new RegistryError(state, `registry.example.com: ${state}`);
      return state === undefined;
    },
    async push(push) {
      fail();
      self.pushes.push(push);
      self.running += 1;
      self.most = Math.max(self.most, self.running);
      try {
        push.onProgress({ what: "sending", sent: 1, total: 2 });
        const aborted = new Promise<never>((_, reject) => {
          push.signal.addEventListener("abort", () => reject(push.signal.reason), { once: true });
        });
        await Promise.race([self.gate, aborted]);
      } finally {
        self.running -= 1;
      }
      const { snapshot, base, target, command, args } = push;
      const hex = createHash("sha256")
        .update(JSON.stringify([snapshot.digest, base, command, args]))
        .digest("hex");
      const reference = `${target}@sha256:${hex}`;
      const sent = pushed.has(reference) ? 0 : 2_100_000;
      pushed.add(reference);
      return { reference, digest: `sha256:${hex}`, bytes: self.bytes, sent };
    },
    async mayPush(repository, { access }) {
      self.asked.push({ repository, given: access(repository.split("/")[0] ?? "") });
      fail();
    },
  };
  return self;
}
