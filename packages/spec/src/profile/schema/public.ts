import * as z from "zod/mini";
import { described, list, oneOf, table, text } from "../../schema/described.ts";
import { annotationText, qualifiedName } from "./metadata.ts";
import { dnsLabel } from "./names.ts";
import { orFalse } from "./or-false.ts";

export const publicSettings = table(
  {
    via: z.optional(
      oneOf(["ingress", "gateway"], {
        description: "What public addresses become: an Ingress, or an HTTPRoute at a Gateway",
        example: 'via = "gateway"',
        default: '"ingress"',
      }),
    ),
    class: z.optional(
      orFalse(z.string().check(z.regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)), {
        description: "Class of Ingresses; false: the cluster's default class",
        needs: "the name of an IngressClass, or false",
        example: 'class = "nginx"',
        default: "false",
      }),
    ),
    gateway: z.optional(
      orFalse(
        z.strictObject({
          name: text(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, {
            description: "The Gateway's name",
            needs: "a Gateway's name",
            example: 'name = "main"',
          }),
          namespace: text(dnsLabel, {
            description: "The namespace that it is in",
            needs: "a namespace",
            example: 'namespace = "gateways"',
          }),
          section: z.optional(
            text(dnsLabel, {
              description: "One listener of it",
              needs: "a listener's name",
              example: 'section = "https"',
              default: "all listeners that fit",
            }),
          ),
        }),
        {
          description: "The Gateway that HTTPRoutes attach to",
          needs: "a table with name and namespace, or false",
          example: 'gateway = { name = "main", namespace = "gateways" }',
          default: "false",
        },
      ),
    ),
    domains: z.optional(
      list(
        text(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, {
          description: "A domain: itself and what is below it",
          needs: 'a domain, such as "example.com"',
          example: 'domains = ["example.com"]',
        }),
        {
          description: "Where public hosts may be; empty: anywhere",
          needs: "a list of domains",
          example: 'domains = ["example.com"]',
          default: "[]",
        },
      ),
    ),
    certificate: z.optional(
      orFalse(z.string().check(z.regex(/^[a-z0-9{][-a-z0-9.{}]{0,251}$/)), {
        description:
          "TLS Secret of an Ingress, {service} and {host} filled in; false: the controller's own certificate",
        needs: "the name of a Secret, or false",
        example: 'certificate = "{service}-tls"',
        default: "false",
      }),
    ),
    annotations: z.optional(
      described(
        z.record(
          text(qualifiedName, {
            description: "Name of an annotation",
            needs: 'an annotation\'s name, such as "example.com/issuer"',
            example: '"cert-manager.io/cluster-issuer" = "main"',
          }),
          described(annotationText, {
            description: "What it says",
            needs: "text of at most 10000 characters",
            example: '"cert-manager.io/cluster-issuer" = "main"',
          }),
        ),
        {
          description: "Annotations of Ingresses and HTTPRoutes",
          needs: "a table of texts",
          example: '[public.annotations]\n"cert-manager.io/cluster-issuer" = "main"',
        },
      ),
    ),
  },
  { description: "How public addresses are reached", example: '[public]\nclass = "nginx"' },
);
