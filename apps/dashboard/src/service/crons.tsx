import type { ServiceDetail } from "@fairway/api";
import { Moment } from "../elements/moment.tsx";
import { Section } from "../elements/page.tsx";
import "../elements/data-table.css";

/** What runs by the clock, and whether it has. */
export function Crons({ crons }: { readonly crons: NonNullable<ServiceDetail["crons"]> }) {
  return (
    <Section title="Crons">
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>Cron</th>
              <th>Schedule, UTC</th>
              <th>Cluster</th>
              <th>Last run</th>
              <th>Last good end</th>
            </tr>
          </thead>
          <tbody>
            {crons.map(({ name, schedule, cluster, lastRunAt, lastSuccessAt }) => (
              <tr key={`${cluster} ${name}`}>
                <td>
                  <strong>{name}</strong>
                </td>
                <td className="nowrap">
                  <code className="mono">{schedule}</code>
                </td>
                <td data-label="in">{cluster}</td>
                <td data-label="ran">{lastRunAt === undefined ? "not yet" : <Moment at={lastRunAt} />}</td>
                <td data-label="ended well">
                  {lastSuccessAt === undefined ? "not yet" : <Moment at={lastSuccessAt} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
