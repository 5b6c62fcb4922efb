import type { Cause, RolloutDetail } from "@fairway/api";
import { useRef } from "react";
import { useNow } from "../data/clock.ts";
import { CauseNote } from "../elements/cause.tsx";
import { Mark } from "../elements/mark.tsx";
import { Duration } from "../elements/moment.tsx";
import { PodSquares } from "../elements/pods.tsx";
import { durationWords } from "../elements/time-words.ts";
import {
  type ClusterOfRollout,
  cellAppearance,
  cellWords,
  doingNow,
  fillOf,
  type Phase,
  phaseOf,
  phasesOf,
  phaseWords,
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
        {rowsOf(rollout).map(({ wave, clusters }, index) => [
          wave !== undefined && (
            <WaveRow key={clusters.join()} wave={wave} number={index + 1} columns={phases.length + 1} />
          ),
          ...clusters.flatMap((name) =>
            rollout.clusters
              .filter((cluster) => cluster.name === name)
              .map((cluster) => (
                <ClusterRows
                  key={name}
                  cluster={cluster}
                  rollout={rollout}
                  phases={phases}
                  keepsRoom={sawItRun.current}
                />
              )),
          ),
        ])}
      </table>
    </div>
  );
}

type WaveOf = RolloutDetail["waves"][number];

/** Clusters in the order in which they go; waves stand in words only where there are several. */
function rowsOf({ waves, clusters }: RolloutDetail): readonly {
  readonly wave: WaveOf | undefined;
  readonly clusters: readonly string[];
}[] {
  if (waves.length < 2) return [{ wave: undefined, clusters: clusters.map(({ name }) => name) }];
  return waves.map((wave) => ({ wave, clusters: wave.clusters }));
}

const waveWords: Readonly<Record<WaveOf["status"], string>> = {
  waiting: "waits for its turn",
  running: "under way",
  baking: "has the new release and is looked at",
  done: "done",
  restored: "restored",
  skipped: "not reached",
};

function WaveRow({
  wave,
  number,
  columns,
}: {
  readonly wave: WaveOf;
  readonly number: number;
  readonly columns: number;
}) {
  const { bake, status } = wave;
  const left = useNow((now) =>
    status !== "baking" || bake?.until === undefined ? "" : durationWords(Math.max(0, Date.parse(bake.until) - now)),
  );
  return (
    <tbody className="wave">
      <tr>
        <th scope="rowgroup" colSpan={columns}>
          <strong>Wave {number}</strong> {waveWords[status]}
          {left !== "" && `, ${left} left`}
        </th>
      </tr>
    </tbody>
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
  const isAway = !cluster.reachable || cluster.lost !== undefined || cluster.behind !== undefined;
  const hasNote =
    note !== undefined || doing !== undefined || cluster.restore !== undefined || isAway || cluster.leaving;
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
            {isAway && (
              <p className="rollout-note">
                <Mark shape="ring" tone="idle" />
                {absence(cluster)}
              </p>
            )}
            {cluster.leaving && (
              <p className="rollout-note">
                <Mark shape="dash" tone="idle" />
                The service leaves this cluster: it is drained and emptied when the rollout is decided.
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

/** Why a cluster is not with the others, and what becomes of it. */
function absence({ lost, behind }: ClusterOfRollout): string {
  const later = "It converges when it returns and takes no traffic before.";
  if (lost !== undefined) return `Declared lost${lost.by === "" ? "" : ` by ${lost.by}`}. ${later}`;
  if (behind !== undefined) return `Left behind: ${behind.reason}. ${later}`;
  return `Unreachable. ${later}`;
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
        <span className="phase-word">{cellWords(cluster, phase, word)}</span>
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
