import { type FolderFacts, hasFile } from "./folder-facts.ts";
import { asTable, type Json } from "./json-file.ts";

/** Commands that restart at each change of a file, or compile while a browser waits. */
export const developmentServer =
  /\b(nodemon|ts-node-dev|tsx watch|node --watch|(nest|ng|medusa|strapi) (start|develop)( \S+)* --watch|node-dev|webpack(-dev-server| serve)|next dev|nuxt dev|vite( dev| serve)?(?! (build|preview))|ng serve|react-scripts start|vue-cli-service serve|astro dev|remix dev|(npm|pnpm|yarn)( run)? (dev|watch|start:dev))\b/;

/** Names of the packages that package.json asks for at run time. */
export function dependencyNames(about: Json): ReadonlySet<string> {
  return new Set(Object.keys(asTable(about["dependencies"])));
}

/** Whether the packages have their exact versions somewhere. */
export function hasNodeLock(facts: FolderFacts): boolean {
  return ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"].some(
    (file) => hasFile(facts, file),
  );
}
