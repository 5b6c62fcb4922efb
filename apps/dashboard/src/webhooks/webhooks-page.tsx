import type { Webhook } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Answered } from "../elements/answered.tsx";
import { Command } from "../elements/copying.tsx";
import { Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { State } from "../elements/state.tsx";
import { AddWebhook } from "./add-webhook.tsx";
import { deliveryWords, webhookAppearance } from "./appearance.ts";
import "../elements/data-table.css";

/** Who is told of rollouts, and whether the messages arrive. */
export function WebhooksPage() {
  usePageTitle("Webhooks");
  const webhooks = useQuery(queries.webhooks(useClient()));
  return (
    <>
      <PageHead title="Webhooks" actions={<Command text="fairway webhook list" />}>
        <p className="quiet">Your chat, your tickets or your own program, told of rollouts in signed messages.</p>
      </PageHead>
      <Answered query={webhooks} label="Loading webhooks" heights={[120, 180]}>
        {(all) => (
          <>
            <div className="card">
              {all.length === 0 ? <Nothing title="Nobody is told yet" /> : <Table webhooks={all} />}
            </div>
            <AddWebhook />
          </>
        )}
      </Answered>
    </>
  );
}

function Table({ webhooks }: { readonly webhooks: readonly Webhook[] }) {
  return (
    <table className="data-table">
      <thead>
        <tr>
          <th>Messages</th>
          <th>Address</th>
          <th>Told of</th>
          <th>Environment</th>
          <th>Last</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {webhooks.map((webhook) => {
          const { id, url, events, environment, last, goneAt } = webhook;
          const at = goneAt ?? last?.lastAt ?? last?.createdAt;
          return (
            <tr key={id}>
              <td className="nowrap">
                <State of={webhookAppearance(webhook)} />
              </td>
              <td className="whole-line">
                <Link to="/webhooks/$number" params={{ number: String(id) }}>
                  {url}
                </Link>
              </td>
              <td>{events.join(", ")}</td>
              <td>{environment ?? "all"}</td>
              <td className="nowrap">{at === undefined ? <span className="quiet">–</span> : <Moment at={at} />}</td>
              <td className="whole-line">{whyOf(webhook)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function whyOf({ goneAt, last }: Webhook): string {
  if (goneAt !== undefined) return "answered 410: it is sent nothing more";
  return last === undefined || last.status === "delivered" ? "" : deliveryWords(last);
}
