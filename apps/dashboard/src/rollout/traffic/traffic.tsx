import type { RolloutDetail } from "@fairway/api";
import { Section } from "../../elements/page.tsx";
import { Analysis } from "./analysis.tsx";
import { Steps } from "./steps.tsx";
import "./traffic.css";

const routerWords = {
  gateway: "the cluster's gateway",
  "http-route": "HTTPRoutes of the Gateway API",
  replicas: "the ratio of pods: nothing there has weights",
} as const;

/** How requests go over: the steps, what each cluster's router says, what is measured meanwhile. */
export function Traffic({ rollout }: { readonly rollout: RolloutDetail }) {
  const { waves, steps, analysis, clusters } = rollout;
  if (steps.length === 0 && analysis === undefined) return null;
  const numbers = [...new Set(steps.map(({ wave }) => wave))];
  return (
    <Section title={steps.length > 0 ? "Requests" : "Measured"}>
      <div className="traffic card">
        {numbers.map((wave) => {
          const label =
            numbers.length === 1 ? "Steps" : `Steps of wave ${wave + 1}: ${waves[wave]?.clusters.join(", ") ?? ""}`;
          return (
            <div key={wave}>
              {numbers.length > 1 && <h3>{label}</h3>}
              <Steps label={label} steps={steps.filter((step) => step.wave === wave)} />
            </div>
          );
        })}
        {steps.length > 0 && (
          <ul className="shares" aria-label="Share of requests by cluster">
            {clusters
              .filter(({ router }) => router !== undefined)
              .map(({ name, router, traffic }) => (
                <li key={name}>
                  <strong>{name}</strong>
                  <span className="share" aria-hidden="true">
                    <span style={{ inlineSize: `${traffic?.weight ?? 0}%` }} />
                  </span>
                  <span>{traffic?.detail ?? "all as before"}</span>
                  {router !== undefined && <span className="quiet">by {routerWords[router]}</span>}
                </li>
              ))}
          </ul>
        )}
        {analysis !== undefined && <Analysis analysis={analysis} />}
      </div>
    </Section>
  );
}
