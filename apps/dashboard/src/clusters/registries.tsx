import type { RegistrySummary } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import "../elements/data-table.css";

/** Where registered clusters have their images from. Nothing while there are none: embedded clusters need none. */
export function Registries() {
  const registries = useQuery(queries.registries(useClient()));
  if (registries.data === undefined)
    return registries.error === null ? null : (
      <ProblemPanel error={registries.error} retry={() => void registries.refetch()} />
    );
  if (registries.data.length === 0) return null;
  return (
    <section className="registries" aria-label="Registries">
      <h2>Registries</h2>
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>Registry</th>
              <th>Environment</th>
              <th>Images go to</th>
              <th>Credentials</th>
              <th>Images stand on</th>
            </tr>
          </thead>
          <tbody>
            {registries.data.map((registry) => (
              <tr key={registry.name}>
                <td>
                  <strong>{registry.name}</strong>
                </td>
                <td>{registry.environment}</td>
                <td className="whole-line">{registry.prefix}/&lt;service&gt;</td>
                <td data-label="credentials">{credentialsOf(registry)}</td>
                <td data-label="stands on">{basesOf(registry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function credentialsOf({ credentials, pullCredentials }: RegistrySummary): string {
  return [...(credentials ? ["push"] : []), ...(pullCredentials ? ["pull"] : [])].join(", ") || "none";
}

function basesOf({ bases }: RegistrySummary): string {
  const all = Object.entries(bases).map(([engine, image]) => `${engine}: ${image}`);
  return all.length === 0 ? "the profile's" : all.join(", ");
}
