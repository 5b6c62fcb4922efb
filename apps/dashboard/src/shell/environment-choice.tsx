import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";

/** Which environment is shown; a word where there is only one. */
export function EnvironmentChoice() {
  const client = useClient();
  const navigate = useNavigate();
  const chosen = useEnvironment();
  const platform = useQuery(queries.platform(client));
  const environments = platform.data?.environments ?? [];
  if (environments.length < 2) {
    return (
      <span className="environment" title="Environment">
        {environments[0]?.name ?? ""}
      </span>
    );
  }
  return (
    <span className="field">
      <select
        aria-label="Environment"
        value={chosen ?? environments[0]?.name}
        onChange={(event) => void navigate({ to: "/services", search: { environment: event.target.value } })}
      >
        {environments.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </span>
  );
}
