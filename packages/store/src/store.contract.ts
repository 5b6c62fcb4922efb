import { describe } from "node:test";
import { adoptionCases } from "./contract/adoptions.ts";
import { auditCases } from "./contract/audit.ts";
import { clusterCases } from "./contract/clusters.ts";
import { fleetCases } from "./contract/fleets.ts";
import { profileCases } from "./contract/profiles.ts";
import { releaseCases } from "./contract/releases.ts";
import { rolloutCases } from "./contract/rollouts.ts";
import { serviceCases } from "./contract/services.ts";
import { webhookCases } from "./contract/webhooks.ts";
import type { Store } from "./open-store.ts";

/**
 * Registers the cases of the catalog's ports that hold on every database; the journal has a suite of its own.
 *
 * @param name Shown in the test report.
 * @param make An empty store for each case; closed or emptied by its maker.
 */
export function storeContract(name: string, make: () => Promise<Store>): void {
  describe(`store contract: ${name}`, () => {
    serviceCases(make);
    releaseCases(make);
    rolloutCases(make);
    fleetCases(make);
    adoptionCases(make);
    webhookCases(make);
    clusterCases(make);
    profileCases(make);
    auditCases(make);
  });
}
