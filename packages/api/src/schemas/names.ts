import * as z from "zod";
import { kubernetesFileName, kubernetesLimits } from "../kubernetes-limits.ts";

/** RFC 1123 label, shorter than its 63 characters: names get endings in Kubernetes. */
const label = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    'must be lower-case letters, digits and "-", beginning with a letter, at most 40 characters',
  );

export const serviceName = label.describe("Name of a service");

export const clusterName = label.describe("Name of a cluster");

export const environmentName = label.describe("Name of an environment");

export const registryName = label.describe("Name of a registry");

export const engineName = z.enum(["golang", "php", "python", "node", "static", "image"]);

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const kubernetesFiles = z
  .record(z.string().regex(kubernetesFileName), z.string())
  .refine((files) => Object.keys(files).length <= kubernetesLimits.files, `at most ${kubernetesLimits.files} files`)
  .refine(
    (files) => Object.values(files).reduce((sum, { length }) => sum + length, 0) <= kubernetesLimits.characters,
    `at most ${kubernetesLimits.characters} characters in all`,
  );
