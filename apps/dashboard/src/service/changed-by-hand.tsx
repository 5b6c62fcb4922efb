import { type DriftChange, driftWords, type ServiceDetail } from "@fairway/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironmentFlag } from "../data/environment.ts";
import { newKey } from "../data/new-key.ts";
import { Button } from "../elements/button.tsx";
import { Question } from "../elements/dialog.tsx";
import { Icon } from "../elements/icon.tsx";
import { Moment } from "../elements/moment.tsx";
import { Section } from "../elements/page.tsx";
import { useKeepField } from "./use-keep-field.ts";
import "../elements/data-table.css";
import "./changed-by-hand.css";

/** What is being asked: to take everything back, or to leave one field to whoever has set it. */
type Asked =
  | { readonly what: "repair"; readonly key: string }
  | { readonly what: "keep"; readonly change: DriftChange };

/** What is not as the release says, by whom and since when, and the two things to do about it. */
export function ChangedByHand({ service }: { readonly service: ServiceDetail }) {
  const flag = useEnvironmentFlag();
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const changes = service.drift?.changes ?? [];
  if (changes.length === 0) return null;
  return (
    <Section
      title="Changed by hand"
      beside={<Button onClick={() => setAsked({ what: "repair", key: newKey() })}>Take back</Button>}
    >
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>What</th>
              <th>By</th>
              <th>Release, now</th>
              <th>Where</th>
              <th>When</th>
              <th aria-label="Leave it" />
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={`${change.object} ${change.field} ${change.change} ${change.clusters}`}>
                <td className="changed-what whole-line">
                  <What change={change} />
                </td>
                <td data-label="by">{change.manager ?? <span className="quiet">nobody can say</span>}</td>
                <td className="changed-values">
                  <Values change={change} />
                </td>
                <td data-label="in">{change.clusters.join(", ")}</td>
                <td data-label="when" className="nowrap">
                  {change.at === undefined ? "–" : <Moment at={change.at} />}
                </td>
                <td>
                  {change.field !== undefined && (
                    <Button look="quiet" onClick={() => setAsked({ what: "keep", change })}>
                      Leave it
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asked?.what === "repair" && (
        <TakeBack service={service} idempotencyKey={asked.key} flag={flag} onClose={() => setAsked(undefined)} />
      )}
      {asked?.what === "keep" && (
        <LeaveIt service={service} change={asked.change} flag={flag} onClose={() => setAsked(undefined)} />
      )}
    </Section>
  );
}

/** The field first, for it is what one looks for; of an object as a whole what became of it. */
function What({ change }: { readonly change: DriftChange }) {
  if (change.field === undefined) return driftWords(change);
  const did = change.change === "added" ? ", added" : change.change === "removed" ? ", taken out" : "";
  return (
    <>
      <code>{change.field}</code>
      <p className="quiet">
        {change.object}
        {did}
      </p>
    </>
  );
}

/** `2 → 5`: what the release says, and what is there. */
function Values({ change: { field, wanted, live } }: { readonly change: DriftChange }) {
  if (field === undefined) return null;
  return (
    <>
      <span className="quiet">{valueText(wanted)}</span>
      <Icon name="arrow" />
      <span className="unseen">is now</span>
      <strong>{valueText(live)}</strong>
    </>
  );
}

function TakeBack(props: {
  readonly service: ServiceDetail;
  readonly idempotencyKey: string;
  readonly flag: string;
  readonly onClose: () => void;
}) {
  const { name: service, environment } = props.service;
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () =>
      client.repairDrift({ params: { service }, body: { environment, idempotencyKey: props.idempotencyKey } }),
    onSuccess: async ({ number }) => {
      props.onClose();
      void cache.invalidateQueries({ queryKey: ["rollouts"] });
      await navigate({ to: "/rollouts/$number", params: { number: String(number) } });
    },
  });
  return (
    <Question
      title={`Take back what was changed in ${service}?`}
      command={`fairway drift repair ${service}${props.flag}`}
      answer={start.isPending ? "Starting" : "Take back"}
      busy={start.isPending}
      error={start.error}
      onAnswer={() => start.mutate()}
      onClose={props.onClose}
    >
      <p>
        The active release is rolled out once more in every cluster of {environment}: fields are set back, what was
        added goes, what was deleted is made again.
      </p>
    </Question>
  );
}

function LeaveIt({
  service,
  change: { object, field = "", manager },
  flag,
  onClose,
}: {
  readonly service: ServiceDetail;
  readonly change: DriftChange;
  readonly flag: string;
  readonly onClose: () => void;
}) {
  const keep = useKeepField(service, onClose);
  return (
    <Question
      title={`Leave ${field} to ${manager ?? "whoever has set it"}?`}
      command={`fairway drift keep ${service.name} '${field}' --object ${object}${flag}`}
      answer={keep.isPending ? "Saving" : "Leave it"}
      busy={keep.isPending}
      error={keep.error}
      onAnswer={() => keep.mutate({ object, field, kept: true })}
      onClose={onClose}
    >
      <p>No rollout touches it while somebody else has it, and none is refused for it.</p>
    </Question>
  );
}

function valueText(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
}
