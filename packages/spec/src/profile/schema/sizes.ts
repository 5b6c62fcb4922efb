import * as z from "zod/mini";
import { cpuFlaw, memoryFlaw } from "../../formats/quantity.ts";
import { described, formatted } from "../../schema/described.ts";
import { builtinProfile } from "../builtin-profile.ts";
import { cpu, memory } from "./quantities.ts";

function size(key: keyof typeof builtinProfile.sizes) {
  const byDefault = builtinProfile.sizes[key];
  return z.optional(
    described(
      z.strictObject({
        cpu: z.optional(
          formatted(cpuFlaw, {
            description: `CPU that one replica of a ${key} service requests`,
            needs: cpu.needs,
            example: `cpu = "${byDefault.cpu}"`,
            default: `"${byDefault.cpu}"`,
          }),
        ),
        memory: z.optional(
          formatted(memoryFlaw, {
            description: `Memory that one replica of a ${key} service requests`,
            needs: memory.needs,
            example: `memory = "${byDefault.memory}"`,
            default: `"${byDefault.memory}"`,
          }),
        ),
      }),
      {
        description: `What a ${key} service gets`,
        needs: "a table with cpu and memory",
        example: `[sizes.${key}]\ncpu = "${byDefault.cpu}"`,
      },
    ),
  );
}

export const sizes = described(
  z.strictObject({ small: size("small"), medium: size("medium"), large: size("large"), xlarge: size("xlarge") }),
  {
    description: "What the sizes of app.toml mean for one replica",
    needs: "a table for each size",
    example: '[sizes.small]\ncpu = "100m"',
  },
);
