import type { Delivery, Webhook } from "@fairway/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Button } from "../elements/button.tsx";
import { Command, Identifier } from "../elements/copying.tsx";
import { Question } from "../elements/dialog.tsx";
import { Fact } from "../elements/fact.tsx";
import { Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, Section, usePageTitle } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { SkeletonBlocks } from "../elements/skeleton.tsx";
import { State } from "../elements/state.tsx";
import { VerdictLine } from "../elements/verdict-line.tsx";
import { deliveryAppearance, deliveryWords, webhookAppearance } from "./appearance.ts";
import "../elements/data-table.css";
import "./webhook-page.css";

export function WebhookPage() {
  const { number } = useParams({ from: "/shell/webhooks/$number" });
  usePageTitle(`Webhook ${number}`);
  const webhooks = useQuery(queries.webhooks(useClient()));
  const webhook = webhooks.data?.find(({ id }) => String(id) === number);
  if (webhook !== undefined) return <WebhookView webhook={webhook} />;
  return (
    <>
      <PageHead above={<Link to="/webhooks">Webhooks</Link>} title={`Webhook ${number}`} />
      {webhooks.error !== null ? (
        <ProblemPanel error={webhooks.error} retry={() => void webhooks.refetch()} />
      ) : webhooks.data === undefined ? (
        <SkeletonBlocks label={`Loading webhook ${number}`} heights={[52, 200]} />
      ) : (
        <div className="card">
          <Nothing title={`There is no webhook ${number}`} />
        </div>
      )}
    </>
  );
}

function WebhookView({ webhook }: { readonly webhook: Webhook }) {
  const { id, url, events, environment, actor, createdAt } = webhook;
  return (
    <>
      <PageHead
        above={<Link to="/webhooks">Webhooks</Link>}
        title={`Webhook ${id}`}
        beside={<State of={webhookAppearance(webhook)} pill />}
        actions={
          <>
            <Command text={`fairway webhook list ${id}`} />
            <Remove id={id} />
          </>
        }
      >
        <p>
          <Identifier value={url} />
        </p>
        <dl className="facts">
          <Fact name="told of">{events.join(", ")}</Fact>
          <Fact name="environment">{environment ?? "all"}</Fact>
          <Fact name="added by">
            {actor} <Moment at={createdAt} />
          </Fact>
        </dl>
      </PageHead>
      {webhook.goneAt !== undefined && (
        <VerdictLine
          of={webhookAppearance(webhook)}
          what="It answered 410: it wants no more messages, and gets none."
          next="A test that it takes begins it again."
        />
      )}
      <Test id={id} />
      <Deliveries id={id} />
    </>
  );
}

function Test({ id }: { readonly id: number }) {
  const client = useClient();
  const cache = useQueryClient();
  const test = useMutation({
    mutationFn: () => client.testWebhook({ params: { webhook: id } }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  const result = test.data;
  const words =
    result?.delivered === true ? `Taken with ${result.answer}.` : `Not taken: ${result?.error ?? "no answer"}.`;
  return (
    <Section title="Try it" beside={<Command text={`fairway webhook test ${id}`} />}>
      <div className="webhook-test">
        <Button disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? "Sending" : "Send a test"}
        </Button>
        <span role="status">
          {result !== undefined && (
            <State
              of={{ word: words, shape: result.delivered ? "check" : "cross", tone: result.delivered ? "ok" : "bad" }}
            />
          )}
        </span>
      </div>
      {test.error !== null && <ProblemPanel error={test.error} />}
    </Section>
  );
}

function Remove({ id }: { readonly id: number }) {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => client.removeWebhook({ params: { webhook: id } }),
    onSuccess: async () => {
      await navigate({ to: "/webhooks" });
      await cache.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <>
      <Button
        look="danger"
        onClick={() => {
          remove.reset();
          setAsking(true);
        }}
      >
        Remove
      </Button>
      {asking && (
        <Question
          title={`Remove webhook ${id}?`}
          command={`fairway webhook remove ${id}`}
          answer={remove.isPending ? "Removing" : "Remove"}
          danger
          busy={remove.isPending}
          error={remove.error}
          onAnswer={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>It is forgotten, with its secret and what it has not been told yet.</p>
        </Question>
      )}
    </>
  );
}

function Deliveries({ id }: { readonly id: number }) {
  const deliveries = useQuery(queries.deliveries(useClient(), id));
  if (deliveries.data === undefined)
    return deliveries.error === null ? null : (
      <ProblemPanel error={deliveries.error} retry={() => void deliveries.refetch()} />
    );
  return (
    <Section title="Messages">
      <div className="card">
        {deliveries.data.length === 0 ? (
          <Nothing title="It was told nothing yet" />
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                <th>State</th>
                <th>Event</th>
                <th>Rollout</th>
                <th>Message</th>
                <th>Happened</th>
                <th>Last try</th>
                <th>Answer</th>
              </tr>
            </thead>
            <tbody>
              {deliveries.data.map((delivery) => (
                <DeliveryRow key={delivery.message} of={delivery} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Section>
  );
}

function DeliveryRow({ of }: { readonly of: Delivery }) {
  return (
    <tr>
      <td className="nowrap">
        <State of={deliveryAppearance(of)} />
      </td>
      <td>{of.event}</td>
      <td>
        <Link to="/rollouts/$number" params={{ number: String(of.rollout) }}>
          #{of.rollout}
        </Link>
      </td>
      <td>
        <Identifier value={of.message} />
      </td>
      <td className="nowrap">
        <Moment at={of.createdAt} />
      </td>
      <td className="nowrap" data-label="last try">
        {of.lastAt === undefined ? <span className="quiet">–</span> : <Moment at={of.lastAt} />}
      </td>
      <td className="whole-line">{deliveryWords(of)}</td>
    </tr>
  );
}
