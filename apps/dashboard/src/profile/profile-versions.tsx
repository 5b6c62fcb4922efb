import { useQuery } from "@tanstack/react-query";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Command } from "../elements/copying.tsx";
import { Moment } from "../elements/moment.tsx";
import { Section } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import "../elements/data-table.css";

/** Who changed the profile when. Nothing while nobody has. */
export function ProfileVersions() {
  const versions = useQuery(queries.profileVersions(useClient()));
  if (versions.data === undefined)
    return versions.error === null ? null : (
      <ProblemPanel error={versions.error} retry={() => void versions.refetch()} />
    );
  if (versions.data.length === 0) return null;
  return (
    <Section title="Versions" beside={<Command text="fairway profile history" />}>
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>Version</th>
              <th>By</th>
              <th>Set</th>
            </tr>
          </thead>
          <tbody>
            {versions.data.map(({ version, actor, createdAt }) => (
              <tr key={version}>
                <td>
                  <strong>{version}</strong>
                </td>
                <td data-label="by">{actor ?? "unknown"}</td>
                <td>{createdAt === undefined ? "unknown" : <Moment at={createdAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
