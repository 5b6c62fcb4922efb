import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { imageProblems, inEnvironment, service, serviceFiles } from "./parameters.ts";

export const releaseRoutes = {
  headSnapshot: route({
    method: "HEAD",
    path: "/v1/snapshots/{digest}",
    permission: "services:deploy",
    status: 200,
    summary: "Whether a snapshot is stored",
    params: z.object({ digest: s.digest }),
  }),
  putSnapshot: route({
    method: "PUT",
    path: "/v1/snapshots/{digest}",
    permission: "services:deploy",
    status: 201,
    summary: "Uploads a snapshot: a tar, compressed with gzip; the digest is that of the tar",
    params: z.object({ digest: s.digest }),
    upload: { contentType: "application/vnd.fairway.snapshot.v1.tar+gzip" },
    response: z.object({ digest: s.digest, files: z.int(), bytes: z.int() }),
    problems: ["digest-mismatch", "archive-refused", "archive-too-large"],
  }),
  createImage: route({
    method: "POST",
    path: "/v1/images",
    permission: "services:deploy",
    status: 200,
    stream: "sse",
    summary: "Makes a snapshot's image and pushes it, where clusters of the environment need one; safe to repeat",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      snapshot: s.digest,
    }),
    response: s.imageEvent,
    problems: ["app-toml-not-valid", "snapshot-unknown", ...imageProblems],
  }),
  createRelease: route({
    method: "POST",
    path: "/v1/releases",
    permission: "services:deploy",
    status: 201,
    summary: "Resolves, renders and stores a release",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      /** Needed unless app.toml names a ready image. */
      snapshot: s.digest.optional(),
      /** What the folder was at. */
      commit: s.commit.optional(),
    }),
    response: z.object({
      release: s.release,
      /** The active release before. */ previous: z.string().optional(),
      changes: z.array(z.string()),
      /** What is worth a look, though nothing is wrong. */
      warnings: z.array(z.string()),
    }),
    problems: [
      "app-toml-not-valid",
      "snapshot-missing",
      "snapshot-unknown",
      ...imageProblems,
      "image-not-runnable",
      "namespace-reserved",
      "dependency-unknown",
      "environment-unknown",
      "environment-ambiguous",
    ],
  }),
  listReleases: route({
    method: "GET",
    path: "/v1/services/{service}/releases",
    permission: "services:read",
    status: 200,
    summary: "Releases, newest first",
    params: service,
    query: inEnvironment,
    response: z.object({ items: z.array(s.release) }),
  }),
} as const;
