/** What people see instead of a value that may be secret. */
export const hiddenText = "(hidden)";

/**
 * Takes what may be secret out of values before anything is compared or told: each secret becomes a symbol, equal secrets
 * the same one. So a change of a secret still is a change, and nothing that comes later can show it by mistake.
 */
export interface SecretHider {
  /** @param kind of the object that the value is: a Secret's `data` is hidden whatever it is called */
  hide(value: unknown, kind?: string): unknown;
  /** A text of others, a refusal for example, with every secret that was hidden so far replaced by `(hidden)`. */
  clean(text: string): string;
}

/** @param isOpen whether a name that sounds secret is not: `SERVICE_TOKEN_URL` is where the service `token` is */
export function secretHider(isOpen: (name: string) => boolean = () => false): SecretHider {
  const known = new Map<string, symbol>();

  const secret = (value: unknown): unknown => {
    if (isRecord(value)) return mapValues(value, secret);
    if (Array.isArray(value)) return value.map(secret);
    // Whether there is a value is no secret, nor is yes or no.
    if (value === "" || value === null || value === undefined || typeof value === "boolean") return value;
    const text = String(value);
    const symbol = known.get(text) ?? Symbol(hiddenText);
    known.set(text, symbol);
    return symbol;
  };

  /** @param names what the keys of a map are: the schema's, chosen by whoever wrote it, or such as hold no secrets */
  const walk = (value: unknown, names: "schema" | "free" | "open" = "schema"): unknown => {
    if (typeof value === "string") return looksSecret(value) ? secret(value) : value;
    if (Array.isArray(value)) {
      return value.map((item: unknown, at) => (isSecretFlag(value[at - 1]) ? secret(item) : walk(item)));
    }
    if (!isRecord(value)) return value;
    const isSecretName = (name: string): boolean => saysSecret(name) && !isOpen(name);
    // A variable, a header: its name says what its value is.
    const isNamed = typeof value["name"] === "string" && isSecretName(value["name"]);
    return mapValues(value, (inner, key) => {
      if (isNamed && key === "value") return secret(inner);
      if (names !== "open" && isSecretName(key) && !(names === "schema" && schemaNames.has(key))) return secret(inner);
      return walk(inner, openMaps.has(key) ? "open" : freeMaps.has(key) ? "free" : "schema");
    });
  };

  return {
    hide(value, kind) {
      const hidden = walk(value);
      if (kind !== "Secret" || !isRecord(hidden) || !isRecord(value)) return hidden;
      return mapValues(hidden, (inner, key) => (key === "data" || key === "stringData" ? secret(value[key]) : inner));
    },
    clean(text) {
      // Quoted, as Go and JSON do it, some look different. What is shorter says nothing, and is part of many words.
      const forms = [...known.keys()].flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]);
      const longest = [...new Set(forms)].filter(({ length }) => length > 2).toSorted((a, b) => b.length - a.length);
      if (longest.length === 0) return text;
      const any = longest.map((one) => one.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|");
      return text.replace(new RegExp(any, "g"), hiddenText);
    },
  };
}

/** The value as it may be told: what was hidden is the text `(hidden)`. */
export function shownValue(value: unknown): unknown {
  if (typeof value === "symbol") return hiddenText;
  if (Array.isArray(value)) return value.map(shownValue);
  return isRecord(value) ? mapValues(value, shownValue) : value;
}

/** Fields of Kubernetes' own schema that sound secret and hold names or settings. */
const schemaNames = new Set([
  "automountServiceAccountToken",
  "configMapKeyRef",
  "imagePullSecrets",
  "key",
  "matchLabelKeys",
  "mismatchLabelKeys",
  "secret",
  "secretKeyRef",
  "secretName",
  "secretRef",
  "secrets",
  "serviceAccountToken",
  "tokenExpirationSeconds",
  "topologyKey",
]);
/** Maps whose keys are labels or names of resources. */
const openMaps = new Set(["labels", "matchLabels", "nodeSelector", "selector", "hard", "limits", "requests"]);
/** Maps whose keys people choose, so that none is the schema's. */
const freeMaps = new Set(["data", "annotations"]);

const secretParts = /passw|passphrase|secret|token|credential|api-?key|private-?key|access-?key/;
const secretWords = new Set("key keys pass pwd auth authorization dsn jwt cookie salt pin".split(" "));

/** Whether a name says that its value is secret: `DB_PASSWORD`, `apiKey`, `X-Auth-Token`, not `MONKEY`. */
function saysSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return secretParts.test(words.join("-")) || words.some((word) => secretWords.has(word));
}

// Every repetition has a bound: texts come from anybody, up to megabytes.
/** `https://user:password@host`, `redis://:password@host`, `https://token@host` */
const userinfo = /[a-z][a-z0-9+.-]{0,30}:\/\/(?:[^\s/?#@:]{1,1000}|[^\s/?#:]{0,200}:\S{0,1000})@/i;
/** `--db-password=x`, `token: x`, `"apiKey":"x"` anywhere in a longer text; not `registry/token:1.2`. */
const assignment = /([A-Za-z][\w.-]{0,100})["']?[ \t]{0,20}(?:=|:(?=[ \t"']))[ \t]{0,20}\S/g;
const authorization = /\b(?:bearer\s{1,9}\S{4}|basic\s{1,9}(?=\S{0,200}[0-9=])\S{8})/i;
const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/;

function looksSecret(text: string): boolean {
  if (userinfo.test(text) || authorization.test(text) || privateKey.test(text)) return true;
  return [...text.matchAll(assignment)].some(([, name = ""]) => saysSecret(name));
}

/** `--password`, whose value is the next word. */
function isSecretFlag(word: unknown): boolean {
  return typeof word === "string" && /^--?[A-Za-z][\w.-]*$/.test(word) && saysSecret(word);
}

type Fields = Readonly<Record<string, unknown>>;

function mapValues(fields: Fields, map: (value: unknown, key: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, map(value, key)]));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
