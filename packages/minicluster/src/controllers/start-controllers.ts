import type { Clock } from "../clock/clock.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { scheduler } from "../scheduler/scheduler.ts";
import { autoscalerController, type PodCpu } from "./autoscaler/autoscaler-controller.ts";
import { runController } from "./controller.ts";
import { cronJobController } from "./cron-job/cron-job-controller.ts";
import { garbageCollector } from "./deletion/garbage-collector.ts";
import { namespaceController } from "./deletion/namespace-controller.ts";
import { deploymentController } from "./deployment/deployment-controller.ts";
import { disruptionController } from "./disruption/disruption-controller.ts";
import { endpointSliceController } from "./endpoint-slice/endpoint-slice-controller.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { jobController } from "./job/job-controller.ts";
import { quotaController } from "./quota/quota-controller.ts";
import { replicaSetController } from "./replica-set/replica-set-controller.ts";
import { namespaceContentsController } from "./service-account/namespace-contents-controller.ts";
import { type TokenSecrets, tokenController } from "./service-account/token-controller.ts";

/**
 * Starts every controller and the scheduler. Returns the stop.
 *
 * @param tokens without it Secrets get no tokens, and namespaces no certificate
 * @param cpuOf without it autoscalers only keep replicas within their bounds
 */
export function startControllers(
  objects: ObjectsApi,
  clock: Clock,
  onError: (message: string) => void,
  tokens?: TokenSecrets,
  cpuOf?: PodCpu,
): () => void {
  const recorder = (component: string) => createEventRecorder(objects, clock, { component });
  const stops = [
    namespaceController(objects),
    namespaceContentsController(objects, tokens?.certificate),
    ...(tokens === undefined ? [] : [tokenController(objects, tokens)]),
    quotaController(objects, clock),
    disruptionController(objects, clock, recorder("controllermanager")),
    garbageCollector(objects),
    deploymentController(objects, clock, recorder("deployment-controller")),
    replicaSetController(objects, clock, recorder("replicaset-controller")),
    autoscalerController(objects, clock, recorder("horizontal-pod-autoscaler"), cpuOf),
    cronJobController(objects, clock, recorder("cronjob-controller")),
    jobController(objects, clock, recorder("job-controller")),
    endpointSliceController(objects),
    scheduler(objects, clock, recorder("default-scheduler")),
  ].map((controller) => runController(controller, { objects, clock, onError }));
  return () => {
    for (const stop of stops) stop();
  };
}
