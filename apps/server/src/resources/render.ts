import { anywhereInputs, formatDocuments, renderAnywhere } from "@fairway/manifests";
import { settingsFor } from "@fairway/spec";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environments } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import type { ReadProfile } from "../profile/current-profile.ts";
import { readSource } from "../releases/read-source.ts";
import { refuseHatchIssues } from "../releases/refuse-hatch-issues.ts";
import { refuseUnallowed } from "../releases/refuse-unallowed.ts";
import { sha256 } from "../sha256.ts";

/** What an app.toml becomes, by the profile that holds; for an environment that need not exist. */
export function renderHandlers(pool: ClusterPool, profile: ReadProfile): Pick<Handlers, "render"> {
  return {
    render: async ({ body: { environment, appToml, kubernetes } }) => {
      const environmentNames = environments(pool).map(({ name }) => name);
      const read = await readSource({ environment, environmentNames, source: { appToml, kubernetes } });
      const place = { environment, cluster: undefined, service: read.spec.name };
      const settings = settingsFor((await profile()).profile, place);
      refuseUnallowed(read, environment, [settings]);
      const inputs = anywhereInputs({ environment, spec: read.spec, extras: read.extras, profile: settings });
      refuseHatchIssues(inputs, read);
      return formatDocuments(renderAnywhere(inputs, sha256));
    },
  };
}
