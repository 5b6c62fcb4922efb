import type { Snapshots } from "@fairway/catalog";
import { SnapshotError, type SnapshotStore } from "@fairway/images";
import type { Handlers } from "../http/handler.ts";
import { Refusal } from "../http/refusal.ts";

const refusals: Readonly<Record<string, { readonly status: number; readonly title: string; readonly hint: string }>> = {
  "digest-mismatch": {
    status: 422,
    title: "The archive is not the one that its digest names",
    hint: "send it again; fairway deploy computes the digest of what it sends",
  },
  "archive-refused": {
    status: 422,
    title: "The archive is refused",
    hint: "a snapshot holds files, folders and links that stay inside it; fairway deploy makes one",
  },
  "archive-too-large": {
    status: 413,
    title: "The archive is too large",
    hint: "leave out what the service does not need at run time: [build] exclude",
  },
};

/** Uploads of built content. @param exclusively keeps retention from deleting file and record while one is written */
export function snapshotHandlers(
  files: SnapshotStore,
  snapshots: Snapshots,
  now: () => number,
  exclusively: <T>(task: () => Promise<T>) => Promise<T>,
): Pick<Handlers, "headSnapshot" | "putSnapshot"> {
  return {
    headSnapshot: async ({ params }) => {
      const [onDisk, recorded] = await Promise.all([files.has(params.digest), snapshots.get(params.digest)]);
      return onDisk && recorded !== undefined;
    },
    putSnapshot: async ({ params, content }) => {
      const { digest } = params;
      try {
        const stored = await files.put(digest, content, { gzip: true });
        const about = { digest, files: stored.files, bytes: stored.bytes };
        await exclusively(async () => {
          // Retention may have taken the file of an old release just then: without a record it will be sent again.
          if (await files.has(digest)) await snapshots.put({ ...about, createdAt: new Date(now()).toISOString() });
        });
        return about;
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        const refusal = refusals[error.code];
        if (refusal === undefined) throw error;
        throw new Refusal({ ...refusal, code: error.code, detail: error.message }, { cause: error });
      }
    },
  };
}
