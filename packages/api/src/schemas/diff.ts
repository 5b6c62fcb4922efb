import * as z from "zod";

/** What a deploy would change in the clusters, by their own word. Nothing in it is secret. */
export const deployDiff = z.object({
  service: z.string(),
  environment: z.string(),
  /** The active release; absent when the service is not deployed. */
  active: z.string().optional(),
  /** The release that a deploy would make; absent while it is not known, since an image has to be pushed first. */
  release: z.string().optional(),
  /**
   * Which code is compared: `snapshot` the one that was sent, `running` that of the active release, `image` the ready image
   * of app.toml, `none` there is none yet.
   */
  code: z.enum(["snapshot", "running", "image", "none"]),
  /** What is worth knowing about the answer: "the image will change: it is made and pushed by the deploy". */
  notes: z.array(z.string()),
  clusters: z.array(
    z.object({
      cluster: z.string(),
      /** False: nothing is known about it; `problems` says why. */
      compared: z.boolean(),
      /** In the order of apply; what is removed comes last. */
      objects: z.array(
        z.object({
          change: z.enum(["created", "changed", "removed"]),
          apiVersion: z.string(),
          kind: z.string(),
          namespace: z.string().optional(),
          name: z.string(),
          /** Of an object named by its content: the one whose place it takes, with which it is compared. */
          insteadOf: z.string().optional(),
          fields: z.array(
            z.object({
              /** `.spec.template.spec.containers[name="app"].image` */
              path: z.string(),
              change: z.enum(["added", "changed", "removed"]),
              /** Absent where the field is new. */
              from: z.unknown().optional(),
              /** Absent where the field goes. */
              to: z.unknown().optional(),
              /** The values may be secret: they are shown as `(hidden)`. */
              hidden: z.boolean(),
            }),
          ),
          risks: z.array(
            z.object({
              /**
               * `restart` all pods are replaced, `shrink` less of something, `host-lost` a public address goes, `removed` an
               * object goes, `immutable` the API refuses to change the field, `replace` the object would have to be made anew.
               */
              code: z.enum(["restart", "replace", "immutable", "shrink", "host-lost", "removed"]),
              why: z.string(),
              path: z.string().optional(),
            }),
          ),
        }),
      ),
      /** How many objects stay as they are. */
      unchanged: z.int(),
      /** What stands in the way of a deploy, or of knowing: the findings of a rollout's first phase. */
      problems: z.array(
        z.object({
          /** Absent: a deploy would be refused. */
          severity: z.enum(["warning"]).optional(),
          code: z.string(),
          message: z.string(),
          advice: z.string().optional(),
          /** `Deployment/user-a` */
          object: z.string().optional(),
        }),
      ),
    }),
  ),
});

export type DeployDiff = z.infer<typeof deployDiff>;
