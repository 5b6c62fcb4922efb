import { type FolderFacts, firstFile, hasFile } from "../folder/folder-facts.ts";
import { asTable, jsonFile, textIn } from "../folder/json-file.ts";
import { guess, type Origin } from "./guess.ts";
import { versionIn } from "./names.ts";

/** Packages with which PHP itself serves, for as long as the process lives. */
const servers =
  /^(react\/http|amphp\/http-server|workerman\/workerman|openswoole\/core|spiral\/roadrunner-http|laravel\/octane)$/;
const roots = ["public/index.php", "web/index.php", "htdocs/index.php", "index.php"];

/** A PHP service: composer.json, or a page that could be served. */
export function phpOrigin(facts: FolderFacts): Origin | undefined {
  const about = jsonFile(facts, "composer.json");
  const page = firstFile(facts, roots);
  if (about === undefined && page === undefined) return undefined;
  const required = asTable(about?.["require"]);
  const packages = Object.keys(required).filter((name) => name.includes("/"));
  const server = packages.find((name) => servers.test(name));
  const entry = firstFile(facts, ["server.php", "bin/server.php", "index.php"]);
  return {
    name: guess(
      textIn(about ?? {}, "name")
        ?.split("/")
        .at(-1),
      "composer.json",
    ),
    description: guess(textIn(about ?? {}, "description"), "composer.json"),
    engine: { value: "php", reason: about === undefined ? (page ?? "") : "composer.json" },
    version: guess(versionIn(textIn(required, "php") ?? "", 2), "composer.json"),
    build:
      packages.length === 0
        ? undefined
        : {
            value: "composer install --no-dev --no-interaction --optimize-autoloader",
            reason: hasFile(facts, "composer.lock") ? "composer.lock" : "composer.json",
          },
    ...(server !== undefined && entry !== undefined
      ? { run: { value: `php ${entry}`, reason: `${server}, and ${entry}` } }
      : page === undefined
        ? { notes: [{ table: "run", text: 'what starts it? for example: command = "php server.php"' }] }
        : {
            run: {
              value: `php -S 0.0.0.0:$PORT${page.includes("/") ? ` -t ${page.split("/")[0]}` : ""}`,
              reason: `there is a ${page}`,
            },
            notes: [
              {
                table: "run",
                text: "PHP's own server is for trying: FrankenPHP, RoadRunner or an image with php-fpm serve many requests at once",
              },
            ],
          }),
  };
}
