import type { EscapeHatch } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Section } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { SkeletonBlocks } from "../elements/skeleton.tsx";
import "../elements/data-table.css";

/** So many services are named; the others are counted. */
const named = 5;

/** What teams bring past the fields of app.toml, most used first: what many bring wants a field of its own. */
export function EscapeHatches() {
  const hatches = useQuery(queries.escapeHatches(useClient(), useEnvironment()));
  if (hatches.data === undefined)
    return hatches.error === null ? (
      <SkeletonBlocks label="Loading what teams patch" heights={[96]} />
    ) : (
      <ProblemPanel error={hatches.error} retry={() => void hatches.refetch()} />
    );
  return (
    <Section title="Past the fields of app.toml">
      {hatches.data.length === 0 ? (
        <p className="quiet">No service patches its objects or brings others: the fields are enough.</p>
      ) : (
        <div className="card">
          <table className="data-table">
            <thead>
              <tr>
                <th className="number">Services</th>
                <th>Kind</th>
                <th>Field</th>
                <th>Which</th>
              </tr>
            </thead>
            <tbody>
              {hatches.data.map((hatch) => (
                <Row key={`${hatch.what} ${hatch.kind} ${hatch.field ?? ""}`} hatch={hatch} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function Row({ hatch: { what, kind, field, services } }: { readonly hatch: EscapeHatch }) {
  const others = services.length - named;
  return (
    <tr>
      <td className="number" data-label="services">
        <strong>{services.length}</strong>
      </td>
      <td>{kind}</td>
      <td className="whole-line">
        {what === "object" ? (
          <span className="quiet">an object of their own</span>
        ) : (
          <code className="mono">{field}</code>
        )}
      </td>
      <td className="whole-line">
        {services.slice(0, named).map((service, index) => (
          <span key={service}>
            {index > 0 && ", "}
            <Link to="/services/$service" params={{ service }}>
              {service}
            </Link>
          </span>
        ))}
        {others > 0 && ` and ${others} more`}
      </td>
    </tr>
  );
}
