import type { ServiceDetail } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { Mark } from "../elements/mark.tsx";
import { useNarrow } from "../elements/media.ts";
import { Nothing } from "../elements/page.tsx";
import { type Health, healthAppearance } from "../elements/states.ts";
import "./relations.css";

interface Neighbour {
  readonly name: string;
  /** False: declared, but no service of that name is known. */
  readonly known: boolean;
  readonly health: Health | undefined;
}

const width = 154;
const height = 34;
const pitch = 44;
const between = 56;
const letters = 15;
const totalWidth = 3 * width + 2 * between;

/** Consumers at the left, dependencies at the right, calls run to the right. */
export function Relations({ service }: { readonly service: ServiceDetail }) {
  const narrow = useNarrow();
  const consumers = service.consumers.map(({ name, health }) => ({ name, known: true, health }));
  const dependencies = service.dependencies.map(({ name, known, health }) => ({ name, known, health }));
  if (consumers.length === 0 && dependencies.length === 0) {
    return <Nothing title="It calls no other service, and none declares to call it" />;
  }
  if (narrow) {
    return (
      <div className="relations-lists">
        <List title="Called by" of={consumers} />
        <List title="Calls" of={dependencies} />
      </div>
    );
  }
  const rows = Math.max(consumers.length, dependencies.length, 1);
  const totalHeight = rows * pitch;
  const middle = totalHeight / 2;
  const placed = (of: readonly Neighbour[]) =>
    of.map((neighbour, index) => ({ neighbour, y: middle + (index - (of.length - 1) / 2) * pitch }));
  const right = 2 * (width + between);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing that contains links; fieldset is for forms
    <svg
      className="relations"
      viewBox={`0 0 ${totalWidth} ${totalHeight}`}
      role="group"
      aria-label={`${service.name} is called by ${namesOf(consumers)} and calls ${namesOf(dependencies)}`}
    >
      {placed(consumers).map(({ neighbour, y }) => (
        <path key={neighbour.name} className="relation" d={curve(width, y, width + between, middle)} />
      ))}
      {placed(dependencies).map(({ neighbour, y }) => (
        <path
          key={neighbour.name}
          className={`relation${neighbour.known ? "" : " unknown"}`}
          d={curve(2 * width + between, middle, right, y)}
        />
      ))}
      {placed(consumers).map(({ neighbour, y }) => (
        <Node key={neighbour.name} of={neighbour} x={0} y={y} />
      ))}
      <Node of={{ name: service.name, known: true, health: service.health }} x={width + between} y={middle} own />
      {placed(dependencies).map(({ neighbour, y }) => (
        <Node key={neighbour.name} of={neighbour} x={right} y={y} />
      ))}
    </svg>
  );
}

const namesOf = (of: readonly Neighbour[]) => (of.length === 0 ? "none" : of.map(({ name }) => name).join(", "));

function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}m-4-4 4 4-4 4`;
}

function Node({
  of,
  x,
  y,
  own,
}: {
  readonly of: Neighbour;
  readonly x: number;
  readonly y: number;
  readonly own?: boolean;
}) {
  const shown = of.name.length > letters ? `${of.name.slice(0, letters - 1)}…` : of.name;
  const box = (
    <g transform={`translate(${x} ${y - height / 2})`} className={`relation-node${own === true ? " own" : ""}`}>
      <title>{inWords(of)}</title>
      <rect width={width} height={height} rx="8" className={of.known ? "" : "unknown"} />
      <g transform="translate(11 10)">
        <Mark {...appearanceOf(of)} />
      </g>
      <text x="33" y="22">
        {shown}
      </text>
    </g>
  );
  if (own === true || !of.known) return box;
  return (
    <Link to="/services/$service" params={{ service: of.name }}>
      {box}
    </Link>
  );
}

function appearanceOf({ known, health }: Neighbour) {
  return known ? healthAppearance[health ?? "unknown"] : ({ shape: "ring", tone: "warn" } as const);
}

function inWords(of: Neighbour): string {
  return of.known ? `${of.name}: ${healthAppearance[of.health ?? "unknown"].word}` : `${of.name}: no such service`;
}

function List({ title, of }: { readonly title: string; readonly of: readonly Neighbour[] }) {
  if (of.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {of.map((neighbour) => (
          <li key={neighbour.name}>
            <Mark {...appearanceOf(neighbour)} />
            {neighbour.known ? (
              <Link to="/services/$service" params={{ service: neighbour.name }}>
                {neighbour.name}
              </Link>
            ) : (
              <span>{neighbour.name}</span>
            )}
            <span className="quiet">
              {neighbour.known ? healthAppearance[neighbour.health ?? "unknown"].word : "no such service"}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
