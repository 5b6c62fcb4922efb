import type { ServiceSummary } from "@fairway/api";
import { Mark } from "../elements/mark.tsx";
import { healthAppearance } from "../elements/states.ts";
import "./cluster-chip.css";

type InCluster = ServiceSummary["clusters"][number];

function inWords(of: InCluster): string {
  const parts = [
    `${of.cluster}: ${of.ready} of ${of.desired} ready`,
    of.release === undefined ? "no release" : `release ${of.release}`,
    healthAppearance[of.health].word.toLowerCase(),
  ];
  if (!of.reachable) parts.push("the cluster cannot be reached, this is what was seen last");
  if (of.drained) parts.push("drained, takes no traffic");
  return parts.join(", ");
}

/** Release and readiness of a service in one cluster. A release that differs from the service's stands out. */
export function ClusterChip({ of, release }: { readonly of: InCluster; readonly release: string | undefined }) {
  const tone = of.reachable ? healthAppearance[of.health].tone : "idle";
  const differs = of.release !== undefined && of.release !== release;
  return (
    <span className={`chip chip-${tone}`} title={inWords(of)}>
      {of.reachable ? <Mark {...healthAppearance[of.health]} /> : <Mark shape="ring" tone="idle" />}
      <span className="chip-cluster">{of.cluster}</span>
      {of.release !== undefined && (
        <span className={`mono chip-release${differs ? " differs" : ""}`}>{of.release.slice(0, 6)}</span>
      )}
      <span className="chip-ready">
        {of.ready}/{of.desired}
      </span>
    </span>
  );
}
