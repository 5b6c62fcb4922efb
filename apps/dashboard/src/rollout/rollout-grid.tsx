import type { Cause, RolloutDetail } from "@fairway/api";
import { useRef } from "react";
import { CauseNote } from "../elements/cause.tsx";
import { Mark } from "../elements/mark.tsx";
import { Duration } from "../elements/moment.tsx";
import { PodSquares } from "../elements/pods.tsx";
import {
  type ClusterOfRollout,
  cellAppearance,
  doingNow,
  fillOf,
  type Phase,
  phaseOf,
  phasesOf,
  phaseWords,
  readyWords,
  troubledPhase,
} from "./phases.ts";
import "./rollout-grid.css";

/** Clusters are rows, phases are columns, time runs to the right; each cell fills as it happens. */
export function RolloutGrid({ rollout }: { readonly rollout: RolloutDetail }) {
  const phases = phasesOf(rollout);
  // A page that saw it run keeps room for notes, so that none of them moves what one looks at.
  const sawItRun = useRef(false);
  if (rollout.endedAt === undefined) sawItRun.current = true;
  return (
    <div className="rollout-grid card">
      <table aria-label="Phases by cluster">
        <thead>
          <tr>
            <th scope="col">Cluster</th>
            {phases.map((phase) => (
              <th
                key={phase}
                scope="col"
                title={phaseWords[phase]}
                className={`phase-${phase}${phase === rollout.phase && rollout.endedAt === undefined ? " now" : ""}`}
              >
                {phase}
              </th>
            ))}
          </tr>
        </thead>
        {rollout.clusters.map((cluster) => (
          <ClusterRows
            key={cluster.name}
            cluster={cluster}
            rollout={rollout}
            phases={phases}
            keepsRoom={sawItRun.current}
          />
        ))}
      </table>
    </div>
  );
}

function ClusterRows({
  cluster,
  rollout,
  phases,
  keepsRoom,
}: {
  readonly cluster: ClusterOfRollout;
  readonly rollout: RolloutDetail;
  readonly phases: readonly Phase[];
  readonly keepsRoom: boolean;
}) {
  const known = rollout.causes.find((cause) => cause.cluster === cluster.name);
  const note: Cause | undefined = known ?? (rollout.endedAt === undefined ? cluster.suspect : undefined);
  const troubled = note === undefined ? undefined : troubledPhase(cluster, phases);
  // The note begins under the cell that it belongs to.
  const column = Math.max(0, phases.indexOf(troubled ?? "app"));
  const doing = rollout.endedAt === undefined ? doingNow(cluster) : undefined;
  const hasNote = note !== undefined || doing !== undefined || cluster.restore !== undefined || !cluster.reachable;
  return (
    <tbody>
      <tr>
        <th scope="row">
          <span className="rollout-cluster">{cluster.name}</span>
          <span className="quiet rollout-ready">
            {cluster.ready} of {cluster.desired} ready
          </span>
        </th>
        {phases.map((phase) => (
          <PhaseCell
            key={phase}
            cluster={cluster}
            phase={phase}
            release={rollout.to}
            ended={rollout.endedAt !== undefined}
          />
        ))}
      </tr>
      {(hasNote || keepsRoom) && (
        <tr className={`rollout-notes${keepsRoom ? " keeps-room" : ""}`}>
          <td colSpan={column + 1} className="notes-gap" />
          <td colSpan={phases.length - column}>
            {!cluster.reachable && (
              <p className="rollout-note">
                <Mark shape="ring" tone="idle" />
                Unreachable. It converges when it returns and takes no traffic before.
              </p>
            )}
            {note !== undefined && <CauseNote cause={note} />}
            {note === undefined && doing !== undefined && <p className="rollout-note">{doing}</p>}
            {cluster.restore !== undefined && <Restore of={cluster.restore} release={rollout.from} />}
          </td>
        </tr>
      )}
    </tbody>
  );
}

function PhaseCell({
  cluster,
  phase,
  release,
  ended,
}: {
  readonly cluster: ClusterOfRollout;
  readonly phase: Phase;
  readonly release: string | undefined;
  readonly ended: boolean;
}) {
  const state = phaseOf(cluster, phase);
  const { shape, tone, word } = cellAppearance(cluster, phase, ended);
  return (
    <td className={`phase-cell phase-${phase} is-${state.status}`} data-phase={phase}>
      <span
        className={`phase-fill fill-${tone}`}
        style={{ inlineSize: `${fillOf(cluster, phase) * 100}%` }}
        aria-hidden="true"
      />
      <div className="phase-state">
        <Mark shape={shape} tone={tone} />
        <span className="phase-word">{phase === "app" ? readyWords(cluster, word) : word}</span>
        {state.startedAt !== undefined && (
          <span className="quiet">
            <Duration from={state.startedAt} to={state.endedAt} />
          </span>
        )}
      </div>
      {phase === "app" ? (
        <PodSquares pods={cluster.pods} label={`Pods in ${cluster.name}`} release={release} />
      ) : (
        <p className="phase-detail quiet">{state.detail}</p>
      )}
    </td>
  );
}

function Restore({
  of,
  release,
}: {
  readonly of: NonNullable<ClusterOfRollout["restore"]>;
  readonly release: string | undefined;
}) {
  const what = release === undefined ? "what was made" : `release ${release.slice(0, 6)}`;
  const words = {
    waiting: `Will restore ${what}`,
    running: `Restoring ${what}`,
    done: release === undefined ? "Removed what was made" : `Restored, on ${what}`,
    failed: `Could not restore ${what}`,
    skipped: "Nothing to restore",
  }[of.status];
  const tone = of.status === "done" ? "ok" : of.status === "failed" ? "bad" : "warn";
  return (
    <p className="rollout-note">
      <Mark shape="back" tone={tone} />
      <span>
        {words}
        {of.detail !== undefined && `, ${of.detail}`}
      </span>
      {of.startedAt !== undefined && (
        <span className="quiet">
          <Duration from={of.startedAt} to={of.endedAt} />
        </span>
      )}
    </p>
  );
}
