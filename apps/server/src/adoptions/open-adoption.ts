import type { AdoptionRecord, Adoptions } from "@fairway/catalog";

/** The adoption of a service that has not ended; there is one at most. */
export async function openAdoption<Plan>(
  adoptions: Pick<Adoptions<Plan>, "open">,
  of: { readonly environment: string; readonly service: string },
): Promise<AdoptionRecord<Plan> | undefined> {
  return (await adoptions.open()).find(
    ({ environment, service }) => environment === of.environment && service === of.service,
  );
}
