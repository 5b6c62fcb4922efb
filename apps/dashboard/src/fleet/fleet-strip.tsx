import type { FleetDetail } from "@fairway/api";
import { State } from "../elements/state.tsx";
import { type FleetServiceState, fleetServiceAppearance } from "../elements/states.ts";
import { inState } from "./words.ts";
import "../elements/pods.css";
import "./fleet-strip.css";

const order: readonly FleetServiceState[] = ["done", "unchanged", "failed", "refused", "gone", "rolling", "waiting"];

/** More services than this are a bar: nobody counts so many squares. */
const mostSquares = 240;

/** How far it is, and where it hurts, in one look. */
export function FleetStrip({ fleet }: { readonly fleet: FleetDetail }) {
  const counts = order
    .map((state) => ({ state, count: inState(fleet, state).length, of: fleetServiceAppearance[state] }))
    .filter(({ count }) => count > 0);
  return (
    <div className="fleet-strip">
      {fleet.services.length > mostSquares ? (
        <div className="fleet-bar" aria-hidden="true">
          {counts.map(({ state, count, of: { tone, shape } }) => (
            <i key={state} className={`bar-${shape} tone-${tone}`} style={{ flexGrow: count }} />
          ))}
        </div>
      ) : (
        <Squares services={fleet.services} />
      )}
      <ul className="fleet-counts" aria-label="Services by state">
        {counts.map(({ state, count, of }) => (
          <li key={state}>
            <strong>{count}</strong> <State of={of} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The services in their order, the least critical first. */
function Squares({ services }: Pick<FleetDetail, "services">) {
  return (
    <div className="fleet-squares" aria-hidden="true">
      {services.map(({ service, state }) => {
        const { shape, tone, word } = fleetServiceAppearance[state];
        return <i key={service} className={`pod pod-${shape} tone-${tone}`} title={`${service}: ${word}`} />;
      })}
    </div>
  );
}
