import type { CauseEntry } from "./cause-entry.ts";

/** What a pod shows, or the Job that made it. */
export const podEntries = {
  CrashLoop: {
    meaning: "The program ends again and again.",
    cause:
      "It exits by itself: an error at the start, a variable or a dependency that is missing, a port that is taken, or a program that returns when its work is done. Its exit code and the last lines of its log are told with it. One restart is not counted: it may have been bad luck.",
    cure: "Mend what the last log lines name and deploy again. `fairway logs <service> --previous` has all of what it said before it ended. A service must listen on `$PORT` and not return.",
  },
  OutOfMemory: {
    meaning: "The program used more memory than it may, and the kernel killed it.",
    cause:
      "It reached its memory limit (`OOMKilled`). Exit code 137 alone is not this: a kill after a failed check has it too, and is told as such.",
    cure: "Let it use less, or choose a larger size: `[engine] size`, or `[resources] memory`.",
  },
  ReadinessFailing: {
    meaning: "The program runs, and its readiness check says no.",
    cause:
      "Nothing listens on `$PORT`, or the path of `[health] ready` does not answer with 200 to 399 in time. Until its initial delay and its tries are over it is only called not ready yet.",
    cure: "Let it listen on `$PORT` on all addresses; see in its log what the check waits for; or correct `[health] ready`. What needs long to start wants `[health] startup`.",
  },
  LivenessFailing: {
    meaning: "The program is killed again and again, because its liveness check says no.",
    cause:
      "The path of `[health] live` does not answer in time. The event `Killing` tells it apart from other ends with exit code 137.",
    cure: "Let that path answer without waiting for anything else, or give the check more time or tries.",
  },
  StartupFailing: {
    meaning: "The program is killed again and again, because it does not start in the time that it has.",
    cause: "Its startup check has not passed within its period times its threshold.",
    cure: "Let it start faster, or raise `period` or `threshold` of `[health] startup`.",
  },
  InitFailed: {
    meaning: "What has to come before the program does not end well, so the program does not start.",
    cause:
      "An init container ends with another exit code than 0 or does not come to its end, or a sidecar falls over before the program starts. Fairway renders none; they come from a patch, or a webhook of the cluster puts them in.",
    cure: "Its log lines are told with it: mend what they name. If a webhook put it in, its owner must.",
  },
  ImageNotFound: {
    meaning: "The image is not in its registry.",
    cause:
      "It was never pushed, its tag or digest is wrong, or somebody deleted it; or it has no variant for the processors of the nodes; or the node may not pull (`ErrImageNeverPull`) and does not have it.",
    cure: "Push it, or correct its name. For other processors: build it for both platforms.",
  },
  ImagePullDenied: {
    meaning: "The registry does not let the cluster pull the image.",
    cause:
      "The cluster has no credentials for that registry, or wrong ones. Many registries say the same of a repository that does not exist.",
    cure: "Register the registry with credentials (`fairway registry add`), and check that the image exists.",
  },
  InvalidImageName: {
    meaning: "The image's name is no name of an image.",
    cause: "A capital letter in the repository, a space, a `:` too many.",
    cure: "Correct `[build] image` in app.toml.",
  },
  RegistryUnavailable: {
    meaning: "The registry does not answer the cluster's nodes.",
    cause:
      "It is down, cannot be reached from there, its certificate is not trusted, or it limits how often one may pull. A pull that is only slow is not this.",
    cure: "Check that the registry's address can be reached from the nodes. The cluster goes on trying.",
  },
  ImageInspectError: {
    meaning: "The node has the image and cannot read it.",
    cause: "Its copy is damaged, or the node's container runtime is in trouble.",
    cure: "The cluster's owner must see to that node. Elsewhere the image may be well.",
  },
  CreateContainerError: {
    meaning: "The node cannot make the container.",
    cause:
      "The image runs as root and that is not allowed, it has no command, a hook fails, or the container runtime objects. The message says what.",
    cure: "Give the image a numeric user that is not 0, or a command; anything else is for the cluster's owner.",
  },
  ConfigMissing: {
    meaning: "A variable or a file comes from a ConfigMap, or a key of one, that does not exist.",
    cause: "Fairway writes it before the workload, so somebody deleted it, or a patch names one that nobody wrote.",
    cure: "Deploy again; if it stays, correct the patch, or look in the namespace's events for who deletes it.",
  },
  SecretMissing: {
    meaning: "A variable or a file comes from a Secret, or a key of one, that does not exist.",
    cause: "It was not set for this environment, or has another name or key there.",
    cure: "Set the secret for this environment, and deploy again.",
  },
  Unschedulable: {
    meaning: "No node has room for the pod.",
    cause:
      "The nodes are full, or none fits what the pod asks for; the message counts the reasons. Where an autoscaler has begun to add a node, this is only a matter of waiting, and is told so.",
    cure: "Choose a smaller size or fewer replicas, or ask the cluster's owner for more room.",
  },
  VolumePending: {
    meaning: "The pod waits for a volume that is not there.",
    cause:
      "The claim does not exist, no volume fits it, or its storage class has nobody who makes one. A claim that waits for its first consumer (`WaitForFirstConsumer`) is normal, and not this.",
    cure: "Create the claim, or ask the cluster's owner about its storage class. The claim's events say more.",
  },
  MountFailed: {
    meaning: "The node cannot mount a volume.",
    cause:
      "What the volume points to is not there, does not answer, or is in use on another node. A node whose cache lags behind (`failed to sync cache`) is not this.",
    cure: "The message names the volume. See that its server or disk is there, and used by one node only if it can be.",
  },
  SandboxFailed: {
    meaning: "The node cannot make the pod's network.",
    cause: "Its network plugin is in trouble, often because it has no addresses left.",
    cure: "The cluster's owner must see to that node's network plugin.",
  },
  Evicted: {
    meaning: "A node gave up a pod.",
    cause:
      "It ran out of memory or disk, was shut down, or had no room for the pod after all. Another pod takes its place; only when it goes on is it more than a note.",
    cure: "Let the service use less memory and disk, or ask the cluster's owner for room.",
  },
  NodeLost: {
    meaning: "The node of a pod does not answer, so nobody knows how the pod is.",
    cause: "It is down, or cut off from the cluster. After some minutes the cluster makes its pods anew elsewhere.",
    cure: "The cluster's owner must see to the node.",
  },
  MigrationFailed: {
    meaning: "The migration did not come to a good end; the old release goes on.",
    cause:
      "Its command ended with another exit code than 0, or took longer than it may. When it could not even start, that is told instead: ImageNotFound, OutOfMemory and so on.",
    cure: "Its exit code and last log lines are told with it. Migrations only go forward: mend it and deploy again.",
  },
  MigrationLost: {
    meaning: "The migration's Job was deleted, and nobody knows how it ended.",
    cause: "Somebody deleted it while it ran, or its time to live was over while nobody could see it.",
    cure: "Look at the database. Deploy again when the migration can run once more.",
  },
  DeadlineExceeded: {
    meaning: "Nothing went on for the time that a release has, and no cause is known.",
    cause: "A symptom. It is told only where nothing better is known.",
    cure: "Look at the events and the log of its pods. More time: `[deploy] timeout`.",
  },
} as const satisfies Readonly<Record<string, CauseEntry>>;
