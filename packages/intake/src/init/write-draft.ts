import { reservedNamespace } from "@fairway/manifests";
import { type Issue, parseAppToml } from "@fairway/spec";
import type { Settings, SettingValue } from "../app-toml/settings.ts";
import { writeAppToml } from "../app-toml/write-app-toml.ts";
import type { Guess, Origin } from "./guess.ts";

/** One line of what was found. */
export interface Finding {
  /** As app.toml names it: `engine.version`, `env.LOG_LEVEL`. */
  readonly field: string;
  readonly value: SettingValue;
  readonly reason: string;
}

/** The file, with a comment that gives the reason above each field. What its parser would refuse becomes a comment too. */
export function writeDraft(origin: Origin & { readonly name: Guess<string> }): {
  readonly text: string;
  readonly found: readonly Finding[];
} {
  const all = findingsOf(origin);
  const whole = textOf(all, origin, []);
  if (issuesIn(whole).length === 0) return { text: whole, found: all };
  // Rare: a value that a file has and app.toml does not take.
  const [name, ...others] = all;
  if (name === undefined) throw new Error("a draft has a name");
  const refused: string[] = [];
  let kept: readonly Finding[] = [name];
  // How it is started comes first: some engines are not taken without.
  const byNeed = others.toSorted((a, b) => Number(b.field.startsWith("run.")) - Number(a.field.startsWith("run.")));
  for (const one of byNeed) {
    const [issue] = issuesIn(textOf([...kept, one], origin, []));
    if (issue === undefined) kept = [...kept, one];
    else refused.push(`${one.field} (${one.reason}) is left out: ${issue.message}`);
  }
  const found = all.filter((one) => kept.includes(one));
  return { text: textOf(found, origin, refused), found };
}

function issuesIn(text: string): readonly Issue[] {
  const parsed = parseAppToml(text, { isReserved: reservedNamespace });
  return parsed.ok ? [] : parsed.issues;
}

function findingsOf(origin: Origin & { readonly name: Guess<string> }): readonly Finding[] {
  const secrets = unique(origin.secrets ?? [], (name) => name);
  const storages = unique(origin.storages ?? [], ({ kind, name }) => `${kind} ${name}`);
  // A database that a compose file names is told of once more by its address in .env.example.
  const distinct = storages.filter(
    (one, at) =>
      one.value.name !== "main" ||
      !storages.some((other, place) => place !== at && other.value.kind === one.value.kind),
  );
  const own = (name: string) => name !== origin.name.value;
  const one = <T extends SettingValue>(field: string, about: Guess<T> | undefined): readonly Finding[] =>
    about === undefined ? [] : [{ field, value: about.value, reason: about.reason }];
  const several = (field: string, list: readonly Guess<Settings>[]): readonly Finding[] =>
    list.map(({ value, reason }, at) => ({ field: `${field}[${at}]`, value, reason }));
  return [
    ...one("name", origin.name),
    ...one(
      "description",
      origin.description === undefined ? undefined : { ...origin.description, value: clean(origin.description.value) },
    ),
    ...one("owner", origin.owner),
    ...one("engine.name", origin.engine),
    ...one("engine.version", origin.version),
    ...one("build.command", origin.build),
    ...one("run.command", origin.run),
    ...one("run.port", origin.port),
    ...one("health.live", origin.live),
    ...one("health.ready", origin.ready),
    ...one("metrics.path", origin.metrics),
    ...several(
      "dependencies",
      unique(origin.dependencies ?? [], (name) => name)
        .filter(({ value }) => own(value))
        .map(({ value, reason }) => ({ value: { name: value }, reason })),
    ),
    ...several(
      "storages",
      distinct.map(({ value, reason }) => ({ value: { ...value }, reason })),
    ),
    ...one("migrations.command", origin.migrations),
    ...unique(origin.env ?? [], ({ name }) => name)
      .filter(({ value }) => !secrets.some((secret) => secret.value === value.name))
      .map(({ value, reason }) => ({ field: `env.${value.name}`, value: value.value, reason })),
    ...(secrets.length === 0
      ? []
      : [
          {
            field: "secrets.required",
            value: secrets.map(({ value }) => value),
            reason: secrets.map(({ value, reason }) => `${value}: ${reason}`).join("; "),
          },
        ]),
  ];
}

function textOf(found: readonly Finding[], origin: Origin, refused: readonly string[]): string {
  const comments = new Map<string, readonly string[]>();
  const say = (path: string, ...lines: readonly string[]) =>
    comments.set(path, [...(comments.get(path) ?? []), ...lines.map(short)]);
  say(
    "",
    "Written by fairway init from what lies in this folder; the reason stands above each line.",
    "Every field: fairway help app.toml",
  );
  let settings: Settings = {};
  const places = new Map<string, number>();
  for (const { field, value, reason } of found) {
    const [table = "", ...rest] = field.split(".");
    const key = rest.join(".");
    const list = /^(\w+)\[\d+\]$/.exec(table)?.[1];
    if (list !== undefined) {
      // Numbered anew: one that was refused may have stood before it.
      const at = places.get(list) ?? 0;
      places.set(list, at + 1);
      const before = settings[list];
      settings = { ...settings, [list]: [...(Array.isArray(before) ? before : []), value] };
      say(`${list}[${at}]`, reason);
    } else if (key === "") {
      settings = { ...settings, [table]: value };
      say(table, reason);
    } else {
      const before = settings[table];
      settings = {
        ...settings,
        [table]: { ...(typeof before === "object" && !Array.isArray(before) ? before : {}), [key]: value },
      };
      if (field === "secrets.required") for (const line of reason.split("; ")) say("secrets.required", line);
      else say(field, reason);
    }
  }
  const told = new Set(found.map(({ field }) => field.replace(/^env\./, "")));
  const secret = new Set((origin.secrets ?? []).map(({ value }) => value));
  const silent = unique(origin.openEnv ?? [], (name) => name).filter(
    ({ value }) =>
      !told.has(value) && !secret.has(value) && !origin.notes?.some(({ text }) => text.startsWith(`${value} `)),
  );
  const tail = new Map<string, readonly string[]>();
  const remark = (table: string, text: string) => {
    if (table === "") say(".", text);
    else if (table !== "storages" && table in settings) say(`${table}.`, text);
    else tail.set(table, [...(tail.get(table) ?? []), short(text)]);
  };
  for (const { table, text } of unique(
    (origin.notes ?? []).map((value) => ({ value, reason: "" })),
    ({ table, text }) => `${table} ${text}`,
  ).map(({ value }) => value))
    remark(table, text);
  for (const { value, reason } of silent) remark("env", `${value} = ""  # ${reason}`);
  for (const line of refused) say(".", line);
  const rest = [...tail].flatMap(([table, lines]) =>
    table === "storages"
      ? lines.flatMap((line) => ["", "# [[storages]]", `# ${line}`, '# name = "main"'])
      : ["", `# [${table}]`, ...lines.map((line) => `# ${line}`)],
  );
  return `${writeAppToml(settings, { comments })}${rest.length === 0 ? "" : `${rest.join("\n")}\n`}`;
}

function unique<T>(list: readonly Guess<T>[], keyOf: (value: T) => string): readonly Guess<T>[] {
  const seen = new Set<string>();
  return list.filter(({ value }) => {
    const key = keyOf(value);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function short(line: string): string {
  const text = line.toWellFormed().replace(/[\p{Cc}\s]+/gu, (space) => (space === "  " ? space : " "));
  return text.length > 140 ? `${text.slice(0, 139).toWellFormed()}…` : text;
}

function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300)
    .toWellFormed();
}
