import { type FieldIssue, placesInAppToml } from "@fairway/spec";
import { z } from "zod";
import { Refusal } from "../http/refusal.ts";
import type { ActiveReleases } from "./active-releases.ts";
import type { ReadSource } from "./read-source.ts";

/** What of a stored release's inputs says where it is reached; older ones had no such thing. */
const withPublic = z.object({
  spec: z.object({ public: z.array(z.object({ host: z.string(), path: z.string() })) }),
});

/** Throws `Refusal` for a public host and path that another service of the environment has already. */
export async function refuseTakenAddresses(
  { spec, source }: Pick<ReadSource, "spec" | "source">,
  environment: string,
  active: ActiveReleases,
): Promise<void> {
  if (spec.public.length === 0) return;
  const owners = new Map(
    Object.values(await active.of(environment))
      .filter(({ service }) => service !== spec.name)
      .flatMap(({ service, inputs }) =>
        (withPublic.safeParse(inputs).data?.spec.public ?? []).map(({ host, path }) => [`${host}${path}`, service]),
      ),
  );
  const taken = spec.public.flatMap(({ host, path }, index): readonly FieldIssue[] => {
    const owner = owners.get(`${host}${path}`);
    if (owner === undefined) return [];
    return [
      {
        code: "address-taken",
        message: `${host}${path} belongs to the service ${owner}`,
        hint: "take another host or path, or take it from that service first",
        path: ["public", index, "host"],
      },
    ];
  });
  const [first] = taken;
  if (first === undefined) return;
  throw new Refusal({
    status: 422,
    code: "address-taken",
    title: `${spec.name} wants an address that another service of ${environment} has`,
    detail: first.message,
    hint: "take another host or path, or take it from that service first",
    issues: [...placesInAppToml(source.appToml, environment, taken)],
  });
}
