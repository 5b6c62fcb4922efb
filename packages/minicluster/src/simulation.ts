export type { ContainerRequest } from "./agent/container-runtime.ts";
export { type ProbeAction, type ProbeOutcome, StartError } from "./agent/container-runtime.ts";
export type { NodeCapacity } from "./agent/node-object.ts";
export type { ContainerRun, ImagePull, ProgramHost, SimulatedProgram } from "./agent/simulated/simulated-runtime.ts";
export { refused } from "./agent/simulated/simulated-runtime.ts";
export type { ApiCall, ApiVerb } from "./simulation/api-call.ts";
export { behaviours, type ContainerScript } from "./simulation/container-script.ts";
export type { CallPattern, Fault, FaultPoint, Trouble } from "./simulation/fault.ts";
export type { SimulatedRequest, SimulatedResponse, SimulatedTransport } from "./simulation/in-process-api.ts";
export { randomFaults, troublesOf } from "./simulation/random-faults.ts";
export { seededRandom } from "./simulation/seeded-random.ts";
export {
  type SimulatedCluster,
  type SimulatedClusterOptions,
  type SimulatedNode,
  startSimulatedCluster,
} from "./simulation/simulated-cluster.ts";
export {
  type CallHooks,
  type Simulation,
  type SimulationClock,
  type SimulationOptions,
  startSimulation,
} from "./simulation/simulation.ts";
