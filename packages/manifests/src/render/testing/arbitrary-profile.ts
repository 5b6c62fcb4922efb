import { builtinProfile, type ProfileSettings } from "@fairway/spec";
import fc from "fast-check";

const path = fc.option(fc.stringMatching(/^\/[a-z]{0,8}$/), { nil: undefined });
const namespaces = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 2 });
const texts = fc.dictionary(
  fc.constantFrom(
    "example.com/team",
    "cost-center",
    "fairway.dev/service",
    "fairway.dev/calls.pay",
    "app.kubernetes.io/name",
  ),
  fc.constantFrom("{owner}", "{service}-{environment}", "{cluster}", "a b/c", ""),
);

/** What a platform owner may have set, and some that no profile file would get past its check. */
export const profile: fc.Arbitrary<ProfileSettings> = fc.record({
  sizes: fc.constant(builtinProfile.sizes),
  limitFactors: fc.record({ cpu: fc.constantFrom(1, 1.5, 4), memory: fc.constantFrom(1, 1.25, 2) }),
  quota: fc.record({
    cpu: fc.constantFrom(undefined, "8"),
    memory: fc.constantFrom(undefined, "1Gi"),
    pods: fc.constantFrom(undefined, 5),
  }),
  bases: fc.constant(builtinProfile.bases),
  images: fc.constant(builtinProfile.images),
  health: fc.record({ live: path, ready: path, startup: path }),
  metrics: fc.constant(undefined),
  labels: texts,
  annotations: texts,
  public: fc.record({
    via: fc.constantFrom("ingress", "gateway"),
    class: fc.constantFrom(undefined, "nginx"),
    gateway: fc.constantFrom(
      { name: "main", namespace: "gateways", section: undefined },
      { name: "main", namespace: "gateways", section: "https" },
    ),
    domains: fc.constant([]),
    certificate: fc.constantFrom(undefined, "{service}-tls", "{host}"),
    annotations: texts,
  }),
  security: fc.constantFrom("restricted", "baseline", "privileged"),
  namespace: fc.constant("{service}"),
  access: fc.constantFrom(undefined, { role: "view", group: "{owner}" }, { role: "edit", group: "everybody" }),
  network: fc.record({
    policies: fc.boolean(),
    gateways: namespaces,
    platform: namespaces,
    internal: fc.constantFrom([], ["10.0.0.0/8"], ["10.0.0.0/8", "fd00::/8"]),
  }),
  kubernetes: fc.constant(builtinProfile.kubernetes),
  rules: fc.constant([]),
});
