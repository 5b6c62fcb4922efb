import { commandIn, dockerfileOf } from "../../folder/dockerfile.ts";
import { textOf } from "../../folder/folder-facts.ts";
import { asTable, jsonFile, textIn } from "../../folder/json-file.ts";
import { developmentServer } from "../../folder/package-json.ts";
import type { Place } from "../finding.ts";
import { type CheckedFolder, type Hit, placeInAppToml, placeOf, type Rule } from "../rule.ts";

const others =
  /\bflask( \S+)* run\b|manage\.py runserver|--reload\b|\bphp -S\b|artisan serve|\bgo run\b|symfony server:start|\bpython3? -m http\.server\b|\brails (s|server)\b/;

function isForDeveloping(line: string): boolean {
  return developmentServer.test(line) || others.test(line);
}

export const developmentStart: Rule = {
  code: "development-server",
  severity: "must",
  message: "is started by a server for developing",
  why: "it watches files and compiles while people wait, serves few at once, and often tells strangers about errors",
  advice: "build in [build] command, and start what was built",
  find(folder) {
    const { spec, appToml } = folder;
    const line = startLine(folder);
    if (isForDeveloping(line))
      return [
        hit(placeInAppToml(appToml, "run", "command"), { message: `is started by a server for developing: ${line}` }),
      ];
    // What app.toml does not start may still be what somebody else does.
    return spec.run.command === undefined || appToml === undefined ? beside(folder) : [];
  },
};

function beside({ facts }: CheckedFolder): readonly Hit[] {
  const text = textOf(facts, "package.json")?.split("\n") ?? [];
  const script = textIn(asTable(asTable(jsonFile(facts, "package.json") ?? {})["scripts"]), "start");
  const at = text.findIndex((line) => /"start"\s*:/.test(line));
  const found: Hit[] = [];
  if (script !== undefined && isForDeveloping(script) && at !== -1) {
    const line = text[at] ?? "";
    found.push({
      place: placeOf("package.json", at + 1, line, line.indexOf('"start"'), 7),
      message: `the script start is for developing: ${script}`,
    });
  }
  const docker = dockerfileOf(facts);
  const command = docker?.last.findLast(({ name }) => name === "CMD" || name === "ENTRYPOINT");
  const value = commandIn(command?.value ?? "");
  const words = typeof value === "string" ? value : (value ?? []).join(" ");
  if (docker !== undefined && command !== undefined && isForDeveloping(words))
    found.push({
      place: {
        file: docker.path,
        line: command.line,
        column: 1,
        length: command.name.length,
        excerpt: `${command.name} ${command.value}`,
      },
      message: `the image starts a server for developing: ${words}`,
    });
  return found.map((one) => ({ ...one, severity: "should" }));
}

/** What starts it, as a line. */
function startLine({ spec }: CheckedFolder): string {
  const words = [...(spec.run.command ?? []), ...spec.run.args];
  return words[0] === "sh" && words[1] === "-c" ? (words[2] ?? "") : words.join(" ");
}

function hit(place: Place | undefined, rest: Hit): Hit {
  return place === undefined ? rest : { ...rest, place };
}

export const signalsKept: Rule = {
  code: "signals-kept-away",
  severity: "should",
  message: "something stands between the platform and the program",
  why: "SIGTERM reaches the first process only; a shell or a package manager does not always hand it on, so the program is killed when its grace is over",
  advice: "start the program itself",
  find(folder) {
    const line = startLine(folder);
    const place = placeInAppToml(folder.appToml, "run", "command");
    if (/^(npm|pnpm|yarn|npx)\b/.test(line))
      return [hit(place, { message: `${line.split(" ")[0]} stands between the platform and the program: ${line}` })];
    const words = folder.spec.run.command ?? [];
    const isShell = /(^|\/)(ba|da)?sh$/.test(words[0] ?? "") && words[1] === "-c";
    if (isShell && /[;&|]/.test(line) && !/\bexec\b/.test(line))
      return [
        hit(place, {
          message: "a shell stays between the platform and the program",
          advice: "put exec before the last command: a && exec b",
        }),
      ];
    return [];
  },
};

export const needsRoot: Rule = {
  code: "needs-root",
  severity: "must",
  message: "wants to be root",
  why: "pods run as an ordinary user, without capabilities, and cannot become root",
  advice: "do what needs root in the image's build, not at the start",
  find(folder) {
    const { facts, spec, appToml } = folder;
    const found: Hit[] = [];
    if (/(^|[;&|]\s*)(sudo|su|chown|apt-get|apk|useradd|gosu|su-exec)\s/.test(startLine(folder)))
      found.push(
        hit(placeInAppToml(appToml, "run", "command"), { message: "the start command does what only root may" }),
      );
    const docker = dockerfileOf(facts);
    const user = docker?.last.findLast(({ name }) => name === "USER");
    if (docker !== undefined && user !== undefined && /^(root|0)(:|$)/.test(user.value))
      found.push({
        place: { file: docker.path, line: user.line, column: 1, length: 4, excerpt: `USER ${user.value}` },
        // An image that Fairway makes itself has no Dockerfile.
        severity: spec.engine.name === "image" ? "must" : "good",
        message: "the image runs as root",
        advice: "USER with a number from 1 upwards, and files that this user may read",
      });
    return found;
  },
};
