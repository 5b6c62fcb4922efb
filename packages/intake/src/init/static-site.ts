import { type FolderFacts, firstFile } from "../folder/folder-facts.ts";
import type { Origin } from "./guess.ts";

/** Pages and nothing that runs. */
export function staticOrigin(facts: FolderFacts): Origin | undefined {
  const page = firstFile(facts, ["index.html", "public/index.html", "dist/index.html"]);
  return page === undefined
    ? undefined
    : {
        engine: { value: "static", reason: page },
        notes: [
          { table: "build", text: "pages that nothing serves: an image of a web server with them in it, named here" },
          { table: "build", text: 'image = "registry.example.com/team/pages:1"' },
        ],
      };
}
