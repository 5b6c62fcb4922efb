import type { KeptField, ServiceDetail } from "@fairway/api";
import { useState } from "react";
import { useEnvironmentFlag } from "../data/environment.ts";
import { Button } from "../elements/button.tsx";
import { Question } from "../elements/dialog.tsx";
import { Moment } from "../elements/moment.tsx";
import { Section } from "../elements/page.tsx";
import { useKeepField } from "./use-keep-field.ts";
import "../elements/data-table.css";
import "./changed-by-hand.css";

/** Fields that no rollout touches while somebody else has them: who has decided that and when, and the way back. */
export function LeftToOthers({ service }: { readonly service: ServiceDetail }) {
  const [asked, setAsked] = useState<KeptField | undefined>(undefined);
  const kept = service.kept ?? [];
  if (kept.length === 0) return null;
  return (
    <Section title="Left to others">
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>What</th>
              <th>Left by</th>
              <th>When</th>
              <th aria-label="Stop leaving it" />
            </tr>
          </thead>
          <tbody>
            {kept.map((one) => (
              <tr key={`${one.object} ${one.field}`}>
                <td className="changed-what whole-line">
                  <code>{one.field}</code>
                  <p className="quiet">{one.object}</p>
                </td>
                <td data-label="left by">{one.actor}</td>
                <td data-label="when" className="nowrap">
                  <Moment at={one.at} />
                </td>
                <td>
                  <Button look="quiet" onClick={() => setAsked(one)}>
                    Stop leaving it
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asked !== undefined && <StopLeaving service={service} kept={asked} onClose={() => setAsked(undefined)} />}
    </Section>
  );
}

function StopLeaving({
  service,
  kept: { object, field },
  onClose,
}: {
  readonly service: ServiceDetail;
  readonly kept: KeptField;
  readonly onClose: () => void;
}) {
  const flag = useEnvironmentFlag();
  const stop = useKeepField(service, onClose);
  return (
    <Question
      title={`Stop leaving ${field} to others?`}
      command={`fairway drift keep ${service.name} '${field}' --undo --object ${object}${flag}`}
      answer={stop.isPending ? "Saving" : "Stop leaving it"}
      busy={stop.isPending}
      error={stop.error}
      onAnswer={() => stop.mutate({ object, field, kept: false })}
      onClose={onClose}
    >
      <p>
        The release decides it again. What somebody has set is shown as changed by hand, until it is taken back; a
        deploy that would set it is refused until then.
      </p>
    </Question>
  );
}
