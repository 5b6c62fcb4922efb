import { type FolderFacts, textOf } from "../folder/folder-facts.ts";
import type { Note, Origin } from "./guess.ts";

/** A Procfile: `web` is the service, `release` its migrations, others are named. */
export function procfileOrigin(facts: FolderFacts): Origin | undefined {
  const text = textOf(facts, "Procfile");
  if (text === undefined) return undefined;
  const processes = [...text.matchAll(/^([A-Za-z0-9_-]+):[ \t]*(\S.*)$/gm)].map(([, name = "", line = ""]) => ({
    name,
    line: line.trim(),
  }));
  const web = processes.find(({ name }) => name === "web");
  const release = processes.find(({ name }) => name === "release");
  const others = processes.filter((one) => one !== web && one !== release);
  const notes = others.map(({ name, line }): Note => {
    const isClock = /^(clock|cron|scheduler|beat|periodic)/.test(name);
    return isClock
      ? {
          table: "",
          text: `${name} in Procfile (${line}) runs by the clock: what it does is a [[crons]] with a schedule`,
        }
      : { table: "", text: `${name} in Procfile (${line}) is a service of its own: a second app.toml, kind = "job"` };
  });
  const only = web ?? (processes.length === 1 ? processes[0] : undefined);
  return {
    ...(only === undefined ? {} : { run: { value: only.line, reason: `${only.name} in Procfile` } }),
    ...(release === undefined ? {} : { migrations: { value: release.line, reason: "release in Procfile" } }),
    notes,
  };
}
