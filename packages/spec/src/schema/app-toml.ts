import { z } from "zod";
import { defaults } from "./defaults.ts";
import { type FieldInfo, fieldInfo } from "./field-info.ts";

// Everything about app.toml's fields is said here once: shape, limits, words for people. Checks, help and, later, the
// JSON Schema for editors are derived from it. Defaults are not applied here, since `[envs.*]` must stay partial.

const dnsLabel = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
const dnsLabelNeeds = 'lower-case letters, digits and "-", beginning with a letter, at most 40 characters';
/**
 * An image's name as registries and runtimes take it: `[host[:port]/]path[:tag][@digest]`. The grammar is that of the OCI
 * distribution project (`reference` of github.com/distribution/reference), digests other than SHA-256 aside.
 */
const imageReference =
  /^(?=.{1,500}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
const imageReferenceNeeds = 'an image reference in quotes, such as "registry.example.com/team/app:1.2"';
/** A NUL cannot stand in a process's arguments or variables. */
const noNul = /^[^\0]*$/;

function described<S extends z.ZodType>(schema: S, info: FieldInfo): S {
  fieldInfo.add(schema, info);
  return schema;
}

function wholeNumber(minimum: number, maximum: number, info: Omit<FieldInfo, "needs">) {
  return described(z.int().min(minimum).max(maximum), {
    ...info,
    needs: `a whole number from ${minimum} to ${maximum}`,
  });
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values, info: Omit<FieldInfo, "needs">) {
  return described(z.enum(values), { ...info, needs: `one of ${values.join(", ")}` });
}

const word = described(z.string().regex(noNul), {
  description: "One word",
  needs: "text",
  example: 'command = ["node", "server.js"]',
});

const name = described(z.string().regex(dnsLabel), {
  description: "The service's name, the same in every environment and cluster",
  needs: dnsLabelNeeds,
  example: 'name = "user"',
});

const kind = oneOf(["business", "infrastructure", "frontend", "job"], {
  description: "What sort of service it is; a job serves no requests",
  example: 'kind = "business"',
  default: `"${defaults.kind}"`,
});

const engine = described(
  z.strictObject({
    name: oneOf(["golang", "php", "python", "node", "static", "image"], {
      description: 'What runs the code; gives the defaults of [build] and [run]; [build] image implies "image"',
      example: 'name = "node"',
      default: `"${defaults.engine}"`,
    }).optional(),
    version: described(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/), {
      description: "The engine's version",
      needs: 'a version in quotes, such as "24" or "1.26"',
      example: 'version = "24"',
    }).optional(),
    size: oneOf(["small", "medium", "large", "xlarge"], {
      description: "CPU and memory of one replica; the platform's profile says how much each is",
      example: 'size = "small"',
      default: `"${defaults.size}"`,
    }).optional(),
  }),
  { description: "What runs the code", needs: "a table", example: '[engine]\nname = "node"' },
);

const build = described(
  z.strictObject({
    command: described(z.string().regex(/^[^\0]*\S[^\0]*$/), {
      description: "Shell line that builds the service, run in a clean copy of the folder",
      needs: "a shell line in quotes",
      example: 'command = "npm ci --omit=dev"',
      default: "by engine",
    }).optional(),
    base: described(z.string().regex(imageReference), {
      description: "Image that the service's own image stands on, in clusters that run images",
      needs: imageReferenceNeeds,
      example: 'base = "docker.io/library/node:24-slim"',
      default: "by engine",
    }).optional(),
    image: described(z.string().regex(imageReference), {
      description:
        "A ready image to run instead of building one, as user 65532 on a read-only root; not with command, base, exclude",
      needs: imageReferenceNeeds,
      example: 'image = "registry.example.com/team/app:1.2"',
      default: "none",
    }).optional(),
    exclude: described(
      z
        .array(
          described(z.string().regex(/^[^\0\r\n]*\S[^\0\r\n]*$/), {
            description: "One pattern",
            needs: "a pattern as in .gitignore, in quotes",
            example: 'exclude = ["docs", "*.test.js"]',
          }),
        )
        .max(1000),
      {
        description: "What the service does not need at run time, in the patterns of .gitignore",
        needs: "a list of patterns, at most 1000",
        example: 'exclude = ["docs", "*.test.js"]',
        default: "[]",
      },
    ).optional(),
  }),
  { description: "How the service is built", needs: "a table", example: '[build]\ncommand = "npm ci --omit=dev"' },
);

const run = described(
  z.strictObject({
    command: described(z.union([word, z.array(word).min(1).max(1000)]), {
      description: "What starts the service: a list of words, or one line that is split into words; no shell",
      needs: "a command in quotes, or a list of words",
      example: 'command = ["node", "server.js"]',
      default: 'by engine, for node ["node", "."]',
    }).optional(),
    args: described(z.array(word).max(1000), {
      description: "Arguments that follow the command",
      needs: "a list of words in quotes",
      example: 'args = ["--verbose"]',
      default: "[]",
    }).optional(),
    port: wholeNumber(1024, 65535, {
      description: "The port on Kubernetes; the service always listens on $PORT",
      example: "port = 8080",
      default: `${defaults.port}`,
    }).optional(),
    grace: wholeNumber(0, 3600, {
      description: "Seconds between the signal to stop (SIGTERM) and the end by force",
      example: "grace = 30",
      default: `${defaults.grace}`,
    }).optional(),
  }),
  { description: "How the service is started and stopped", needs: "a table", example: '[run]\ncommand = "node ."' },
);

type Check = keyof typeof defaults.health;

const checkPath = described(z.string().regex(/^\/[!-~]{0,1000}$/), {
  description: "Path of an HTTP request that must answer with a status from 200 to 399",
  needs: 'a path that begins with "/"',
  example: 'path = "/health"',
});

function checkFields(check: Check) {
  return {
    period: wholeNumber(1, 300, {
      description: "Seconds between two checks",
      example: "period = 5",
      default: `${defaults.health[check].period}`,
    }).optional(),
    timeout: wholeNumber(1, 300, {
      description: "Seconds until a check counts as failed",
      example: "timeout = 2",
      default: `${defaults.health[check].timeout}`,
    }).optional(),
    threshold: wholeNumber(1, 1000, {
      description: "Failed checks in a row that count",
      example: "threshold = 3",
      default: `${defaults.health[check].threshold}`,
    }).optional(),
  };
}

function checkInfo(check: Check, description: string, byDefault: string): FieldInfo {
  return {
    description,
    needs: `a path such as "/${check}", or a table with path, period, timeout, threshold`,
    example: `${check} = "/${check}"`,
    default: byDefault,
  };
}

const checkInfos = {
  live: checkInfo("live", "Is it alive? It is restarted when this fails", "none"),
  ready: checkInfo("ready", "Can it serve? It gets no requests while this fails", "a connection to its port"),
  startup: checkInfo("startup", "Has it started? The other two wait for this", "none"),
};

function check(of: Check) {
  const whole = z.union([checkPath, z.strictObject({ path: checkPath, ...checkFields(of) })]);
  return described(whole, checkInfos[of])
    .transform((value) => (typeof value === "string" ? { path: value } : value))
    .optional();
}

/** In `[envs.*]` the path may be left to the base. */
function checkOverride(of: Check) {
  const whole = z.union([checkPath, z.strictObject({ path: checkPath.optional(), ...checkFields(of) })]);
  return described(whole, checkInfos[of])
    .transform((value) => (typeof value === "string" ? { path: value } : value))
    .optional();
}

const healthInfo: FieldInfo = {
  description: "How the platform knows that the service is well",
  needs: "a table",
  example: '[health]\nready = "/ready"',
};
const health = described(
  z.strictObject({ live: check("live"), ready: check("ready"), startup: check("startup") }),
  healthInfo,
);
const healthOverride = described(
  z.strictObject({ live: checkOverride("live"), ready: checkOverride("ready"), startup: checkOverride("startup") }),
  healthInfo,
);

const dependencies = described(
  z
    .array(
      described(
        z.strictObject({
          name: described(z.string().regex(dnsLabel), {
            description: "A service that this one calls; its address is in SERVICE_<NAME>_URL",
            needs: `a service's name: ${dnsLabelNeeds}`,
            example: 'name = "data-bus"',
          }),
          timeout: wholeNumber(1, 600_000, {
            description: "Milliseconds until a call counts as failed",
            example: "timeout = 500",
          }).optional(),
          retries: wholeNumber(0, 10, {
            description: "How often a failed call is repeated",
            example: "retries = 2",
          }).optional(),
        }),
        { description: "One dependency", needs: "a table", example: '[[dependencies]]\nname = "data-bus"' },
      ),
    )
    .max(500),
  {
    description: "The services that this one calls",
    needs: "a list of tables",
    example: '[[dependencies]]\nname = "data-bus"',
  },
);

const env = described(
  z.record(
    described(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), {
      description: "Name of a variable",
      needs: 'a variable\'s name: letters, digits and "_", not beginning with a digit, at most 128 characters',
      example: 'LOG_LEVEL = "info"',
    }),
    described(z.union([z.string().regex(noNul).max(100_000), z.number(), z.boolean()]), {
      description: "A variable of the service's environment",
      needs: "text, a number or a boolean, at most 100000 characters",
      example: 'LOG_LEVEL = "info"',
    }),
  ),
  {
    description: "Variables of the service's environment; PORT, SERVICE_* and FAIRWAY_* belong to the platform",
    needs: "a table",
    example: '[env]\nLOG_LEVEL = "info"',
  },
);

const description = described(z.string().max(1000), {
  description: "What the service is for, in one sentence",
  needs: "text of at most 1000 characters",
  example: 'description = "keeps the users"',
  default: '""',
});

const owner = described(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/), {
  description: "The team that owns it",
  needs: 'a team\'s name: letters, digits, ".", "_" and "-", at most 63 characters',
  example: 'owner = "accounts"',
});

const replicas = wholeNumber(0, 1000, {
  description: "How many run in each cluster",
  example: "replicas = 2",
  default: `${defaults.replicas}`,
});

/** One environment after its overrides are merged in. */
export const settingsSchema = z.strictObject({
  name,
  description: description.optional(),
  kind: kind.optional(),
  owner: owner.optional(),
  replicas: replicas.optional(),
  engine: engine.optional(),
  build: build.optional(),
  run: run.optional(),
  health: health.optional(),
  dependencies: dependencies.optional(),
  env: env.optional(),
});
export type Settings = z.output<typeof settingsSchema>;

const overrides = settingsSchema.omit({ name: true, kind: true }).extend({ health: healthOverride.optional() });

const overridesInfo: FieldInfo = {
  description: "What differs in one environment; tables merge key by key, lists and other values replace",
  needs: "a table",
  example: "[envs.prod]\nreplicas = 3",
};

/** The whole file. */
export const appTomlSchema = described(
  z.strictObject({
    ...settingsSchema.shape,
    envs: described(
      z.record(
        described(z.string().regex(dnsLabel), {
          description: "Name of an environment",
          needs: `an environment's name: ${dnsLabelNeeds}`,
          example: "[envs.prod]",
        }),
        described(overrides, overridesInfo),
      ),
      overridesInfo,
    ).optional(),
  }),
  { description: "A service", needs: "a table", example: 'name = "user"' },
);
