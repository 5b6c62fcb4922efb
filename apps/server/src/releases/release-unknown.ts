import { Refusal } from "../http/refusal.ts";

/** The answer where a service has no release of the name, or beginning of one, that is asked for. */
export function releaseUnknown(
  { service, environment }: { readonly service: string; readonly environment: string },
  asked: string,
): Refusal {
  return new Refusal({
    status: 404,
    code: "release-unknown",
    title: `${service} has no release ${asked} in ${environment}`,
    hint: `see the releases of ${service}: fairway releases ${service}`,
  });
}
