import { type Container, formatCpu, formatMemory, parseQuantity } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";

/**
 * Requests by `[resources]`, else by the size; limit = request x factor.
 *
 * @param memoryFactor What the memory limit is multiplied with besides.
 */
export function resources(
  { resources, engine }: Pick<ServiceSpec, "resources" | "engine">,
  { sizes, limitFactors }: Pick<ProfileSettings, "sizes" | "limitFactors">,
  memoryFactor = 1,
): NonNullable<Container["resources"]> {
  const size = sizes[engine.size];
  const cpu = resources.cpu ?? size.cpu;
  const memory = resources.memory ?? size.memory;
  const { limits } = resources;
  return {
    requests: { cpu, memory },
    limits: {
      cpu: formatCpu((parseQuantity(cpu) ?? 0) * (limits.cpu ?? limitFactors.cpu)),
      memory: formatMemory(
        wholeMebibytes((parseQuantity(memory) ?? 0) * (limits.memory ?? limitFactors.memory) * memoryFactor),
      ),
    },
  };
}

/** Up, so that people can read it. */
function wholeMebibytes(bytes: number): number {
  const mebibyte = 1024 ** 2;
  // Less than a byte is the dust of floating point.
  return Math.ceil(bytes / mebibyte - 1e-6) * mebibyte;
}
