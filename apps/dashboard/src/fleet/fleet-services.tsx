import type { FleetDetail } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../elements/button.tsx";
import { Choice } from "../elements/field.tsx";
import { Nothing, Section } from "../elements/page.tsx";
import { State } from "../elements/state.tsx";
import { fleetServiceAppearance } from "../elements/states.ts";
import "../elements/data-table.css";

const step = 200;

/** The services in their order, each with its state, its rollout and why. */
export function FleetServices({ services }: Pick<FleetDetail, "services">) {
  const [word, setWord] = useState<string | undefined>(undefined);
  const [limit, setLimit] = useState(step);
  const words = Object.values(fleetServiceAppearance).map((appearance) => appearance.word);
  const found = services
    .map((one, index) => ({ ...one, position: index + 1 }))
    .filter(({ state }) => word === undefined || fleetServiceAppearance[state].word === word);
  return (
    <Section
      title="Services, the least critical first"
      beside={<Choice label="State" all="Every state" value={word} values={words} onChange={setWord} />}
    >
      <div className="card">
        {found.length === 0 ? (
          <Nothing title="No service is in this state" />
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                <th>Turn</th>
                <th>Service</th>
                <th>State</th>
                <th>Rollout</th>
                <th>Why</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, limit).map(({ service, state, rollout, reason, position }) => (
                <tr key={service}>
                  <td className="quiet">{position}</td>
                  <td>
                    <Link to="/services/$service" params={{ service }}>
                      {service}
                    </Link>
                  </td>
                  <td className="nowrap">
                    <State of={fleetServiceAppearance[state]} />
                  </td>
                  <td className="nowrap">
                    {rollout === undefined ? (
                      <span className="quiet">–</span>
                    ) : (
                      <Link to="/rollouts/$number" params={{ number: String(rollout) }}>
                        #{rollout}
                      </Link>
                    )}
                  </td>
                  <td className="whole-line">{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {found.length > limit && <Button onClick={() => setLimit(found.length)}>All {found.length}</Button>}
    </Section>
  );
}
