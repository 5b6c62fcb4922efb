import type { RolloutDetail } from "@fairway/api";
import { Section } from "../elements/page.tsx";
import "./object-changes.css";

/** So many stand there at once; the others are one click away. */
const atOnce = 8;

/** Which fields of Kubernetes objects differ between the two releases. */
export function ObjectChanges({
  changes,
  clusters,
}: {
  readonly changes: RolloutDetail["objectChanges"];
  /** All of the rollout: what is so in all of them does not name them. */
  readonly clusters: number;
}) {
  if (changes.length === 0) return null;
  const rest = changes.slice(atOnce);
  return (
    <Section title="What it changes in the clusters">
      <div className="card object-changes">
        <Lines changes={changes.slice(0, atOnce)} clusters={clusters} />
        {rest.length > 0 && (
          <details>
            <summary>{rest.length} more</summary>
            <Lines changes={rest} clusters={clusters} />
          </details>
        )}
      </div>
    </Section>
  );
}

function Lines({ changes, clusters }: { readonly changes: RolloutDetail["objectChanges"]; readonly clusters: number }) {
  return (
    <ul>
      {changes.map(({ change, clusters: where }) => (
        <li key={change}>
          {change}
          {where.length < clusters && <span className="quiet"> in {where.join(", ")}</span>}
        </li>
      ))}
    </ul>
  );
}
