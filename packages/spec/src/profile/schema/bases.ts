import * as z from "zod/mini";
import type { Format } from "../../formats/flaw.ts";
import { described, formatted, text } from "../../schema/described.ts";
import { imageReference } from "../../schema/names.ts";
import { builtinProfile } from "../builtin-profile.ts";

const baseFlaw: Format = (reference) =>
  imageReference.test(reference.replaceAll(/\{[^{}]*\}/g, "0"))
    ? undefined
    : { reason: 'it is written "registry.example.com/team/base:{version}"' };

function base(key: keyof typeof builtinProfile.bases) {
  const byDefault = builtinProfile.bases[key];
  return z.optional(
    described(
      z.strictObject({
        image: z.optional(
          formatted(baseFlaw, {
            description: `Image that services of the engine ${key} stand on; {version} is the engine's version`,
            needs: "an image reference in quotes",
            example: `image = "registry.example.com/base/${key}:{version}"`,
            default: byDefault === undefined ? "none" : `"${byDefault.image}"`,
          }),
        ),
        version: z.optional(
          text(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, {
            description: "The version of services that name none",
            needs: 'a version in quotes, such as "24"',
            example: `version = "${byDefault?.version ?? "1"}"`,
            default: byDefault?.version === undefined ? "none" : `"${byDefault.version}"`,
          }),
        ),
      }),
      {
        description: `What the engine ${key} stands on`,
        needs: "a table with image and version",
        example: `[bases.${key}]\nimage = "registry.example.com/base/${key}:{version}"`,
      },
    ),
  );
}

export const bases = described(
  z.strictObject({ node: base("node"), golang: base("golang"), python: base("python"), php: base("php") }),
  {
    description: "Images that services stand on, by engine, where neither app.toml nor the registry names one",
    needs: "a table for each engine",
    example: '[bases.node]\nimage = "registry.example.com/base/node:{version}"',
  },
);
