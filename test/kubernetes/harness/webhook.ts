import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSigned } from "../registries/certificate.ts";

/** An admission webhook that a cluster's API server can be told of (`clientConfig`). */
export interface Webhook {
  readonly url: string;
  /** Base64. */
  readonly authority: string;
  close(): void;
}

/** What is asked: an AdmissionRequest (admission.k8s.io/v1). */
export interface Review {
  readonly uid: string;
  readonly resource: { readonly resource: string };
  readonly object: unknown;
}

/** @param answer an AdmissionResponse without its uid */
export async function startWebhook(host: string, answer: (review: Review) => object): Promise<Webhook> {
  const { certificate, key } = await selfSigned(host);
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { request: review }: { request: Review } = JSON.parse(text);
    const said = { uid: review.uid, ...answer(review) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: said }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${host}:${port}/`,
    authority: Buffer.from(certificate).toString("base64"),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
