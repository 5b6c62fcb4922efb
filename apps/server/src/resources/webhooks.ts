import { randomUUID } from "node:crypto";
import { type Delivery, type Webhook, webhookEvent } from "@fairway/api";
import type { Delivery as DeliveryRecord, WebhookRecord, Webhooks } from "@fairway/catalog";
import { z } from "zod";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { requireEnvironment } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { defaultDeadline } from "../webhooks/dispatcher.ts";
import { postMessage } from "../webhooks/post-message.ts";
import { type SealedSecrets, secretUnreadable } from "../webhooks/sealed-secrets.ts";
import { newSecret } from "../webhooks/sign-message.ts";

type WebhookRoutes = "listWebhooks" | "addWebhook" | "removeWebhook" | "testWebhook" | "listDeliveries";

interface WebhookParts {
  readonly pool: ClusterPool;
  readonly webhooks: Webhooks;
  readonly secrets: SealedSecrets;
  readonly now: () => number;
}

export function webhookHandlers({ pool, webhooks, secrets, now }: WebhookParts): Pick<Handlers, WebhookRoutes> {
  const requireWebhook = async (id: number): Promise<WebhookRecord> => {
    const found = await webhooks.get(id);
    if (found === undefined) throw notFound(`there is no webhook ${id}`, "see them: fairway webhook list");
    return found;
  };
  return {
    listWebhooks: async () => {
      const all = await webhooks.list();
      const items = all.map(async (one) => webhookView(one, (await webhooks.deliveries(one.id, 1))[0]));
      return { items: await Promise.all(items) };
    },
    addWebhook: async ({ body, caller }) => {
      const { events } = body;
      const url = requireAddress(body.url);
      const environment = body.environment === undefined ? undefined : requireEnvironment(pool, body.environment).name;
      const secret = newSecret();
      const added = await webhooks.add({
        ...{ url, environment, actor: caller.actor, events: [...new Set(events)] },
        sealedSecret: secrets.seal(secret),
        createdAt: new Date(now()).toISOString(),
      });
      return { ...webhookView(added, undefined), secret };
    },
    removeWebhook: async ({ params }) => {
      await requireWebhook(params.webhook);
      await webhooks.remove(params.webhook);
      return undefined;
    },
    testWebhook: async ({ params, signal }) => {
      const { url, sealedSecret, goneAt } = await requireWebhook(params.webhook);
      const id = `test-${randomUUID()}`;
      const timestamp = new Date(now()).toISOString();
      const body = JSON.stringify({ type: "webhook.test", timestamp, data: {} });
      const how = { now: now(), deadline: defaultDeadline, signal };
      const secret = secrets.open(sealedSecret);
      if (secret === undefined) return { delivered: false, message: id, error: secretUnreadable };
      const { delivered, answer, error } = await postMessage(url, { id, body }, secret, how);
      if (delivered && goneAt !== undefined) await webhooks.setGone(params.webhook, undefined);
      return {
        ...{ delivered, message: id },
        ...(answer === undefined ? {} : { answer }),
        ...(error === undefined ? {} : { error }),
      };
    },
    listDeliveries: async ({ params, query }) => {
      await requireWebhook(params.webhook);
      return { items: (await webhooks.deliveries(params.webhook, query.limit)).map(deliveryView) };
    },
  };
}

/** Addresses of this machine and of private networks are allowed: receivers often stand beside the platform. */
function requireAddress(text: string): string {
  const url = URL.parse(text);
  const refuse = (title: string, hint: string) =>
    new Refusal({ status: 422, code: "webhook-url-not-valid", title, hint });
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw refuse("A webhook is told by http or https", "give an address as https://chat.example.com/hooks/deploys");
  }
  // It is shown in lists, and messages are signed already.
  if (url.username !== "" || url.password !== "") {
    throw refuse("The address has a user or a password in it", "leave them out: the signature says who sends");
  }
  url.hash = "";
  return url.href;
}

const events = z.array(webhookEvent);

function webhookView(record: WebhookRecord, last: DeliveryRecord | undefined): Webhook {
  const { id, url, actor, createdAt, environment, goneAt } = record;
  return {
    ...{ id, url, actor, createdAt, events: events.parse(record.events) },
    ...(environment === undefined ? {} : { environment }),
    ...(goneAt === undefined ? {} : { goneAt }),
    ...(last === undefined ? {} : { last: deliveryView(last) }),
  };
}

function deliveryView(record: DeliveryRecord): Delivery {
  const { message, rollout, status, attempts, createdAt, lastAt, answer, error } = record;
  return {
    ...{ message, rollout, status, attempts, createdAt, event: webhookEvent.parse(record.event) },
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(answer === undefined ? {} : { answer }),
    ...(error === undefined ? {} : { error }),
  };
}
