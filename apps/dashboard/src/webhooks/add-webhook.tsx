import { type Webhook, webhookEvent } from "@fairway/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Button } from "../elements/button.tsx";
import { Command, Identifier } from "../elements/copying.tsx";
import { AddressField, Choice } from "../elements/field.tsx";
import { Mark } from "../elements/mark.tsx";
import { Section } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import "./add-webhook.css";

type Event = Webhook["events"][number];
const all = webhookEvent.options;

const eventWords: Readonly<Record<Event, string>> = {
  started: "one has begun",
  waiting: "one waits for somebody",
  failed: "one failed or was refused",
  "rolled-back": "the former release is back",
  done: "the new release is everywhere",
};

/** A new receiver; the secret of its messages is shown here once, and nowhere else. */
export function AddWebhook() {
  const client = useClient();
  const cache = useQueryClient();
  const platform = useQuery(queries.platform(client));
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<ReadonlySet<Event>>(new Set(all));
  const [environment, setEnvironment] = useState<string | undefined>(undefined);
  const add = useMutation({
    mutationFn: () =>
      client.addWebhook({
        body: {
          url,
          events: all.filter((event) => events.has(event)),
          ...(environment === undefined ? {} : { environment }),
        },
      }),
    onSuccess: () => {
      setUrl("");
      void cache.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  const toggle = (event: Event): void =>
    setEvents((before) => new Set(all.filter((one) => before.has(one) !== (one === event))));
  const names = platform.data?.environments.map(({ name }) => name) ?? [];
  const flags = [
    events.size === all.length ? "" : ` --events ${all.filter((event) => events.has(event)).join(",")}`,
    environment === undefined ? "" : ` --env ${environment}`,
  ].join("");
  return (
    <Section title="Add a webhook" className="add-webhook">
      {add.data !== undefined && <Added id={add.data.id} secret={add.data.secret} />}
      <form
        className="card"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          add.mutate();
        }}
      >
        <div className="add-webhook-where">
          <AddressField
            label="Address"
            placeholder="https://chat.example.com/hooks/deploys"
            value={url}
            onChange={setUrl}
          />
          {names.length > 1 && (
            <Choice
              label="Environment"
              all="Every environment"
              value={environment}
              values={names}
              onChange={setEnvironment}
            />
          )}
        </div>
        <fieldset>
          <legend>Tell it of rollouts when</legend>
          {all.map((event) => (
            <label key={event}>
              <input type="checkbox" checked={events.has(event)} onChange={() => toggle(event)} />
              {eventWords[event]} <span className="quiet mono">{event}</span>
            </label>
          ))}
        </fieldset>
        {add.error !== null && <ProblemPanel error={add.error} />}
        <div className="add-webhook-foot">
          <Button look="main" type="submit" disabled={url === "" || events.size === 0 || add.isPending}>
            {add.isPending ? "Adding" : "Add"}
          </Button>
          <Command text={`fairway webhook add ${url === "" ? "ADDRESS" : url}${flags}`} />
        </div>
      </form>
    </Section>
  );
}

function Added({ id, secret }: { readonly id: number; readonly secret: string }) {
  return (
    <div className="card webhook-added" role="status">
      <Mark shape="check" tone="ok" />
      <div>
        <p>
          <strong>Webhook {id} is added.</strong> This is its secret, which messages are signed with:
        </p>
        <p className="webhook-secret">
          <Identifier value={secret} />
        </p>
        <p>It is not shown again: keep it where the receiver reads it.</p>
        <p>
          <Link to="/webhooks/$number" params={{ number: String(id) }} className="button">
            Send a test
          </Link>
        </p>
      </div>
    </div>
  );
}
