import * as z from "zod/mini";
import { cidrFlaw } from "../formats/address.ts";
import type { Format } from "../formats/flaw.ts";
import { cpuFlaw, memoryFlaw } from "../formats/quantity.ts";
import { described, flag, formatted, number, oneOf } from "../schema/described.ts";
import type { FieldInfo } from "../schema/field-info.ts";
import { imageReference } from "../schema/names.ts";
import { builtinProfile } from "./builtin-profile.ts";

// Everything about the profile's fields is said here once, as app.toml's are in `schema/app-toml.ts`. Nothing is filled in
// here: every layer of a profile is partial.

function text(pattern: RegExp, info: FieldInfo) {
  return described(z.string().check(z.regex(pattern)), info);
}

function list<S extends z.ZodMiniType>(item: S, info: FieldInfo) {
  return described(z.array(item).check(z.maxLength(200)), info);
}

function tomlList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

/** `false` takes away what a layer below says. */
const none = z.literal(false);
const name40 = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
const name63 = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const cpu = { pattern: /^(?!0+m?$)(\d{1,6}m|\d{1,4}(\.\d{1,3})?)$/, needs: 'cores such as "250m" or "2"' };
const memory = {
  pattern: /^(?!0)\d{1,12}(Ki|Mi|Gi|Ti|k|M|G|T)$/,
  needs: 'an amount of memory such as "256Mi" or "2Gi"',
};

function size(key: keyof typeof builtinProfile.sizes) {
  const byDefault = builtinProfile.sizes[key];
  return z.optional(
    described(
      z.strictObject({
        cpu: z.optional(
          formatted(cpuFlaw, {
            description: `CPU that one replica of a ${key} service requests`,
            needs: cpu.needs,
            example: `cpu = "${byDefault.cpu}"`,
            default: `"${byDefault.cpu}"`,
          }),
        ),
        memory: z.optional(
          formatted(memoryFlaw, {
            description: `Memory that one replica of a ${key} service requests`,
            needs: memory.needs,
            example: `memory = "${byDefault.memory}"`,
            default: `"${byDefault.memory}"`,
          }),
        ),
      }),
      {
        description: `What a ${key} service gets`,
        needs: "a table with cpu and memory",
        example: `[sizes.${key}]\ncpu = "${byDefault.cpu}"`,
      },
    ),
  );
}

const sizes = described(
  z.strictObject({ small: size("small"), medium: size("medium"), large: size("large"), xlarge: size("xlarge") }),
  {
    description: "What the sizes of app.toml mean for one replica",
    needs: "a table for each size",
    example: '[sizes.small]\ncpu = "100m"',
  },
);

function factor(key: "cpu" | "memory") {
  return z.optional(
    number(1, 100, {
      description: `The limit is the request of ${key} times this`,
      example: `${key} = ${builtinProfile.limitFactors[key]}`,
      default: String(builtinProfile.limitFactors[key]),
    }),
  );
}

const limits = described(z.strictObject({ cpu: factor("cpu"), memory: factor("memory") }), {
  description: "Room for bursts: limit = request times factor",
  needs: "a table with factors",
  example: "[limits]\nmemory = 2",
});

const quota = described(
  z.strictObject({
    cpu: z.optional(
      described(z.union([z.string().check(z.regex(cpu.pattern)), none]), {
        description: "CPU that all pods of one service may request in a cluster; false: no bound",
        needs: `${cpu.needs}, or false`,
        example: 'cpu = "200"',
        default: `"${builtinProfile.quota.cpu}"`,
      }),
    ),
    memory: z.optional(
      described(z.union([z.string().check(z.regex(memory.pattern)), none]), {
        description: "Memory that all pods of one service may request in a cluster; false: no bound",
        needs: `${memory.needs}, or false`,
        example: 'memory = "800Gi"',
        default: `"${builtinProfile.quota.memory}"`,
      }),
    ),
    pods: z.optional(
      described(z.union([z.int().check(z.minimum(1), z.maximum(100_000)), none]), {
        description: "Pods that one service may have in a cluster; false: no bound",
        needs: "a whole number from 1 to 100000, or false",
        example: "pods = 500",
        default: String(builtinProfile.quota.pods),
      }),
    ),
  }),
  {
    description: "What one service may take of a cluster, so that a typo ends there",
    needs: "a table",
    example: "[quota]\npods = 100",
  },
);

const baseFlaw: Format = (reference) =>
  imageReference.test(reference.replaceAll(/\{[^{}]*\}/g, "0"))
    ? undefined
    : { reason: 'it is written "registry.example.com/team/base:{version}"' };

function base(key: keyof typeof builtinProfile.bases) {
  const byDefault = builtinProfile.bases[key];
  return z.optional(
    described(
      z.strictObject({
        image: z.optional(
          formatted(baseFlaw, {
            description: `Image that services of the engine ${key} stand on; {version} is the engine's version`,
            needs: "an image reference in quotes",
            example: `image = "registry.example.com/base/${key}:{version}"`,
            default: byDefault === undefined ? "none" : `"${byDefault.image}"`,
          }),
        ),
        version: z.optional(
          text(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, {
            description: "The version of services that name none",
            needs: 'a version in quotes, such as "24"',
            example: `version = "${byDefault?.version ?? "1"}"`,
            default: byDefault?.version === undefined ? "none" : `"${byDefault.version}"`,
          }),
        ),
      }),
      {
        description: `What the engine ${key} stands on`,
        needs: "a table with image and version",
        example: `[bases.${key}]\nimage = "registry.example.com/base/${key}:{version}"`,
      },
    ),
  );
}

const bases = described(
  z.strictObject({ node: base("node"), golang: base("golang"), python: base("python"), php: base("php") }),
  {
    description: "Images that services stand on, by engine, where neither app.toml nor the registry names one",
    needs: "a table for each engine",
    example: '[bases.node]\nimage = "registry.example.com/base/node:{version}"',
  },
);

const images = described(
  z.strictObject({
    warning: z.optional(
      formatted(memoryFlaw, {
        description: "Compressed size above which a person is told how large an image is",
        needs: 'a size such as "512Mi"',
        example: 'warning = "512Mi"',
        default: '"512Mi"',
      }),
    ),
    allowed: z.optional(
      list(
        text(/^[a-zA-Z0-9][!-~]{0,499}$/, {
          description: "The beginning of an image's reference",
          needs: "the beginning of an image reference, up to a whole part of it",
          example: 'allowed = ["registry.example.com/"]',
        }),
        {
          description: "Where images that app.toml names may come from; empty: anywhere",
          needs: "a list of beginnings of image references",
          example: 'allowed = ["registry.example.com/"]',
          default: "[]",
        },
      ),
    ),
  }),
  { description: "Rules for images", needs: "a table", example: '[images]\nallowed = ["registry.example.com/"]' },
);

function checkPath(key: "live" | "ready" | "startup", what: string) {
  return z.optional(
    described(z.union([z.string().check(z.regex(/^\/[!-~]{0,1000}$/)), none]), {
      description: `${what}, for services that name no path; false: none`,
      needs: 'a path that begins with "/", or false',
      example: `${key} = "/${key}"`,
      default: "false",
    }),
  );
}

const health = described(
  z.strictObject({
    live: checkPath("live", "Is it alive?"),
    ready: checkPath("ready", "Can it serve?"),
    startup: checkPath("startup", "Has it started?"),
  }),
  { description: "Paths of checks where app.toml names none", needs: "a table", example: '[health]\nready = "/ready"' },
);

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const qualifiedName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function metadata(what: "label" | "annotation", value: z.ZodMiniType<string>, valueNeeds: string) {
  const example = what === "label" ? 'team = "{owner}"' : '"example.com/contact" = "{owner}"';
  return described(
    z.record(
      text(qualifiedName, {
        description: `Name of a${what === "label" ? "" : "n"} ${what}`,
        needs: `a${what === "label" ? "" : "n"} ${what}'s name, such as "example.com/team"`,
        example,
      }),
      described(value, {
        description: `What it says; {service}, {owner}, {environment} and {cluster} are filled in`,
        needs: valueNeeds,
        example,
      }),
    ),
    {
      description: `A${what === "label" ? "" : "n"} ${what} that every object and pod gets`,
      needs: "a table of texts",
      example: `[${what}s]\n${example}`,
    },
  );
}

const labels = metadata(
  "label",
  z.string().check(z.regex(/^([A-Za-z0-9{]([-A-Za-z0-9_.{}]{0,100}[A-Za-z0-9}])?)?$/)),
  'letters, digits, "-", "_" and ".", perhaps with placeholders',
);
const annotationText = z.string().check(z.regex(/^[^\0]{0,10000}$/));
const annotations = metadata("annotation", annotationText, "text of at most 10000 characters");

const publicSettings = described(
  z.strictObject({
    via: z.optional(
      oneOf(["ingress", "gateway"], {
        description: "What public addresses become: an Ingress, or an HTTPRoute at a Gateway",
        example: 'via = "gateway"',
        default: '"ingress"',
      }),
    ),
    class: z.optional(
      described(z.union([z.string().check(z.regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)), none]), {
        description: "Class of Ingresses; false: the cluster's default class",
        needs: "the name of an IngressClass, or false",
        example: 'class = "nginx"',
        default: "false",
      }),
    ),
    gateway: z.optional(
      described(
        z.union([
          z.strictObject({
            name: text(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, {
              description: "The Gateway's name",
              needs: "a Gateway's name",
              example: 'name = "main"',
            }),
            namespace: text(name63, {
              description: "The namespace that it is in",
              needs: "a namespace",
              example: 'namespace = "gateways"',
            }),
            section: z.optional(
              text(name63, {
                description: "One listener of it",
                needs: "a listener's name",
                example: 'section = "https"',
                default: "all listeners that fit",
              }),
            ),
          }),
          none,
        ]),
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
      described(z.union([z.string().check(z.regex(/^[a-z0-9{][-a-z0-9.{}]{0,251}$/)), none]), {
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
  }),
  { description: "How public addresses are reached", needs: "a table", example: '[public]\nclass = "nginx"' },
);

const security = oneOf(["restricted", "baseline", "privileged"], {
  description: "How far pods are held in, as the Pod Security Standards of Kubernetes name it",
  example: 'security = "restricted"',
  default: `"${builtinProfile.security}"`,
});

const namespace = text(/^[a-z0-9{]([-a-z0-9{}]{0,100}[a-z0-9}])?$/, {
  description: "A service's namespace, of {service} and perhaps {environment}",
  needs: 'a pattern with {service}, such as "{service}-{environment}"',
  example: 'namespace = "{service}"',
  default: `"${builtinProfile.namespace}"`,
});

const access = described(
  z.union([
    z.strictObject({
      role: z.optional(
        text(/^[A-Za-z0-9][-A-Za-z0-9.:_]{0,252}$/, {
          description: "The ClusterRole that the owner team gets in the namespaces of its services",
          needs: "the name of a ClusterRole",
          example: 'role = "view"',
          default: `"${builtinProfile.access?.role}"`,
        }),
      ),
      group: z.optional(
        text(/^\P{C}{1,253}$/u, {
          description: "The team's group; {owner} is filled in",
          needs: "the name of a group, perhaps with {owner}",
          example: 'group = "team-{owner}"',
          default: `"${builtinProfile.access?.group}"`,
        }),
      ),
    }),
    none,
  ]),
  {
    description: "What the owner team may do in the namespaces of its services; false: nothing",
    needs: "a table with role and group, or false",
    example: '[access]\nrole = "view"',
  },
);

/** A range of addresses without a port. */
const rangeFlaw: Format = (range) => (/^\[|\/\d+:/.test(range) ? { reason: "without a port" } : cidrFlaw(range));

function namespaces(description: string, example: string) {
  return z.optional(
    list(text(name63, { description: "A namespace", needs: "a namespace", example }), {
      description,
      needs: "a list of namespaces",
      example,
      default: "[]",
    }),
  );
}

const network = described(
  z.strictObject({
    policies: z.optional(
      flag({
        description: "Whether network policies are rendered",
        example: "policies = true",
        default: "true",
      }),
    ),
    gateways: namespaces(
      "Namespaces of the gateways through which public requests come",
      'gateways = ["ingress-nginx"]',
    ),
    platform: namespaces(
      "Namespaces of the platform's own parts: they reach every service, and are reached by it",
      'platform = ["monitoring"]',
    ),
    internal: z.optional(
      list(
        formatted(rangeFlaw, {
          description: "A range of addresses",
          needs: 'a range of addresses, such as "10.0.0.0/8"',
          example: 'internal = ["10.0.0.0/8"]',
        }),
        {
          description: 'The cluster\'s own ranges of addresses, to which "everywhere outside" does not reach',
          needs: "a list of ranges of addresses",
          example: 'internal = ["10.0.0.0/8"]',
          default: "[]",
        },
      ),
    ),
  }),
  { description: "Who may reach whom", needs: "a table", example: '[network]\ngateways = ["ingress-nginx"]' },
);

function kinds(key: "patches" | "objects", description: string) {
  const example = `${key} = ["ConfigMap"]`;
  return z.optional(
    list(text(/^[A-Z][A-Za-z0-9]{0,62}$/, { description: "A kind", needs: 'a kind, such as "ConfigMap"', example }), {
      description,
      needs: "a list of kinds",
      example,
      default: tomlList(builtinProfile.kubernetes[key]),
    }),
  );
}

const kubernetes = described(
  z.strictObject({
    patches: kinds("patches", "Kinds that [[kubernetes.patches]] of an app.toml may change"),
    objects: kinds("objects", "Kinds that the files of kubernetes/ beside an app.toml may have"),
  }),
  { description: "What teams may do to objects themselves", needs: "a table", example: "[kubernetes]\nobjects = []" },
);

const ruleNumber = (key: "min" | "max", what: string) =>
  z.optional(
    described(z.number(), {
      description: `The ${what} number that the field may mean`,
      needs: "a number",
      example: `${key} = 2`,
    }),
  );
const holds = (key: "present" | "absent", description: string) =>
  z.optional(described(z.literal(true), { description, needs: "true", example: `${key} = true` }));

const rule = described(
  z.strictObject({
    name: text(name63, {
      description: "The rule's name, shown to whoever breaks it",
      needs: 'lower-case letters, digits and "-", at most 63 characters',
      example: 'name = "two-replicas"',
    }),
    environments: z.optional(
      list(
        text(name40, {
          description: "An environment",
          needs: "an environment's name",
          example: 'environments = ["prod"]',
        }),
        {
          description: "Where it holds",
          needs: "a list of environments",
          example: 'environments = ["prod"]',
          default: "everywhere",
        },
      ),
    ),
    kinds: z.optional(
      list(
        oneOf(["business", "infrastructure", "frontend", "job"], {
          description: "A kind of service",
          example: 'kinds = ["business"]',
        }),
        {
          description: "For which kinds of service it holds",
          needs: "a list of kinds of service",
          example: 'kinds = ["business"]',
          default: "all",
        },
      ),
    ),
    field: text(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+){0,5}$/, {
      description: "The field that is looked at, as app.toml names it; of a list, every item is looked at",
      needs: 'a field of app.toml, such as "owner" or "engine.version"',
      example: 'field = "replicas"',
    }),
    present: holds("present", "The field must be there and not be empty"),
    absent: holds("absent", "The field must not be there"),
    min: ruleNumber("min", "smallest"),
    max: ruleNumber("max", "largest"),
    matches: z.optional(
      described(z.string().check(z.minLength(1), z.maxLength(200)), {
        description: "A regular expression (RE2) that is found in the field's text; ^ and $ are its ends",
        needs: "a regular expression of at most 200 characters",
        example: 'matches = "^[0-9]+$"',
      }),
    ),
    one_of: z.optional(
      described(
        z
          .array(
            described(z.union([z.string(), z.number(), z.boolean()]), {
              description: "A value",
              needs: "text, a number or a boolean",
              example: 'one_of = ["node", "golang"]',
            }),
          )
          .check(z.minLength(1), z.maxLength(200)),
        {
          description: "The values that the field may have",
          needs: "a list of values",
          example: 'one_of = ["node", "golang"]',
        },
      ),
    ),
    message: described(z.string().check(z.regex(/^\P{Cc}*\S\P{Cc}*$/u), z.maxLength(500)), {
      description: "What whoever breaks it is told, in your own words",
      needs: "text of at most 500 characters, on one line",
      example: 'message = "in prod we want two of everything: one may fail"',
    }),
  }),
  {
    description: "One rule",
    needs: "a table",
    example: '[[rules]]\nname = "owner"',
  },
);

const rules = list(rule, {
  description: "What every service must be; a release of one that is not is refused with the rule's message",
  needs: "a list of tables",
  example: '[[rules]]\nname = "owner"',
});

/** What a profile says, and each of its overlays may; the keys of `ProfileSettings` in the words of the file. */
const settingsSchema = z.strictObject({
  namespace: z.optional(namespace),
  security: z.optional(security),
  sizes: z.optional(sizes),
  limits: z.optional(limits),
  quota: z.optional(quota),
  bases: z.optional(bases),
  images: z.optional(images),
  health: z.optional(health),
  labels: z.optional(labels),
  annotations: z.optional(annotations),
  public: z.optional(publicSettings),
  access: z.optional(access),
  network: z.optional(network),
  kubernetes: z.optional(kubernetes),
});
export type ProfileLayer = z.output<typeof settingsSchema>;

// One image of a service is made for a whole environment, and what a team writes is checked for all of its clusters.
const inCluster = z.omit(settingsSchema, {
  namespace: true,
  bases: true,
  images: true,
  health: true,
  kubernetes: true,
});
const inEnvironment = z.omit(settingsSchema, { namespace: true });

function overlays<S extends z.ZodMiniType>(key: string, what: string, sample: string, schema: S) {
  const example = `[${key}.${sample}.quota]\npods = 100`;
  const info = { description: `What differs ${what}`, needs: "a table", example };
  return z.optional(
    described(
      z.record(
        text(name40, {
          description: `The name of ${what.replace(/^\S+ /, "")}`,
          needs: 'a name: lower-case letters, digits and "-", beginning with a letter, at most 40 characters',
          example,
        }),
        described(schema, info),
      ),
      info,
    ),
  );
}

/** The whole file. */
export const profileSchema = described(
  z.strictObject({
    ...settingsSchema.shape,
    rules: z.optional(rules),
    envs: overlays("envs", "in one environment", "prod", inEnvironment),
    clusters: overlays("clusters", "in one cluster", "alpha", inCluster),
    services: overlays("services", "for one service", "user", inEnvironment),
  }),
  { description: "The platform owner's profile", needs: "a table", example: 'security = "restricted"' },
);
export type ProfileToml = z.output<typeof profileSchema>;
