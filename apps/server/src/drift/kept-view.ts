import type { KeptField } from "@fairway/api";
import type { KeptFields } from "@fairway/catalog";
import type { DriftFinder } from "./drift-finder.ts";

/** The fields of a service that people have left to others, each by the name that its object has in the clusters. */
export async function keptView(
  {
    keptFields,
    finder,
  }: { readonly keptFields: Pick<KeptFields, "list">; readonly finder: Pick<DriftFinder, "names"> },
  environment: string,
  service: string,
): Promise<KeptField[]> {
  const kept = await keptFields.list(environment, service);
  if (kept.length === 0) return [];
  const placed = new Map([...(await finder.names(environment, service))].map(([name, plain]) => [plain, name]));
  return kept.map(({ object, field, actor, createdAt }) => ({
    ...{ object: placed.get(object) ?? object, field },
    ...{ actor, at: createdAt },
  }));
}
