import type { Clock } from "../clock/clock.ts";
import type { ObjectsApi } from "../objects-api.ts";
import { scheduler } from "../scheduler/scheduler.ts";
import { runController } from "./controller.ts";
import { garbageCollector } from "./deletion/garbage-collector.ts";
import { namespaceController } from "./deletion/namespace-controller.ts";
import { deploymentController } from "./deployment/deployment-controller.ts";
import { endpointSliceController } from "./endpoint-slice/endpoint-slice-controller.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { jobController } from "./job/job-controller.ts";
import { replicaSetController } from "./replica-set/replica-set-controller.ts";

/** Starts every controller and the scheduler. Returns the stop. */
export function startControllers(objects: ObjectsApi, clock: Clock, onError: (message: string) => void): () => void {
  const recorder = (component: string) => createEventRecorder(objects, clock, { component });
  const stops = [
    namespaceController(objects),
    garbageCollector(objects),
    deploymentController(objects, clock, recorder("deployment-controller")),
    replicaSetController(objects, clock, recorder("replicaset-controller")),
    jobController(objects, clock, recorder("job-controller")),
    endpointSliceController(objects),
    scheduler(objects, clock, recorder("default-scheduler")),
  ].map((controller) => runController(controller, { objects, clock, onError }));
  return () => {
    for (const stop of stops) stop();
  };
}
