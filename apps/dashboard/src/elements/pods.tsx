import type { Pod } from "@fairway/api";
import { useState } from "react";
import { Identifier, ReleaseName } from "./copying.tsx";
import { Moment } from "./moment.tsx";
import { podAppearance } from "./states.ts";
import "./pods.css";

function describe(pod: Pod): string {
  const restarts = pod.restarts === 0 ? "" : `, ${pod.restarts} ${pod.restarts === 1 ? "restart" : "restarts"}`;
  return `${pod.name}: ${podAppearance(pod).word}${restarts}, release ${pod.release.slice(0, 6)}`;
}

/** Pods as small squares that change state in place. Broken ones carry a cross, ready ones are full, others hollow. */
export function PodSquares({
  pods,
  label,
  release,
}: {
  readonly pods: readonly Pod[];
  readonly label: string;
  /** Pods of other releases are dimmed: they are what goes. */
  readonly release: string | undefined;
}) {
  return (
    <ul className="pods" aria-label={label}>
      {pods.map((pod) => {
        const { shape, tone } = podAppearance(pod);
        return (
          <li
            key={pod.name}
            className={`pod pod-${shape} tone-${tone}${pod.release === release ? "" : " of-other"}`}
            title={describe(pod)}
          >
            <span className="unseen">{describe(pod)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/**
 * Squares of which one can be chosen; its details stand in lines below that are always there, so nothing moves. `links`
 * adds what can be opened for a pod.
 */
export function PodPicker({
  pods,
  label,
  links,
}: {
  readonly pods: readonly Pod[];
  readonly label: string;
  readonly links: (pod: Pod) => React.ReactNode;
}) {
  const [chosen, choose] = useState<string | undefined>(undefined);
  const shown = pods.find((pod) => pod.name === chosen) ?? pods.find((pod) => !pod.ready) ?? pods[0];
  return (
    <>
      <ul className="pods" aria-label={label}>
        {pods.map((pod) => {
          const { shape, tone } = podAppearance(pod);
          return (
            <li key={pod.name}>
              <button
                type="button"
                className={`pod pod-${shape} tone-${tone}`}
                aria-label={describe(pod)}
                aria-pressed={pod === shown}
                title={describe(pod)}
                onClick={() => choose(pod.name)}
                onFocus={() => choose(pod.name)}
                onMouseEnter={() => choose(pod.name)}
              />
            </li>
          );
        })}
      </ul>
      <div className="pod-details">
        {shown === undefined ? (
          <p className="quiet">No pods</p>
        ) : (
          <>
            <p className="pod-name">
              <Identifier value={shown.name} />
            </p>
            <p className="pod-facts">
              <span className={`tone-${podAppearance(shown).tone} pod-word`}>{podAppearance(shown).word}</span>
              <span>
                release <ReleaseName name={shown.release} />
              </span>
              <span>
                {shown.restarts} {shown.restarts === 1 ? "restart" : "restarts"}
              </span>
              {shown.startedAt !== undefined && (
                <span>
                  started <Moment at={shown.startedAt} />
                </span>
              )}
              {links(shown)}
            </p>
          </>
        )}
      </div>
    </>
  );
}
