import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type EdgeRoutes, edgeRoutes } from "@fairway/api";

/** The last routes on disk, so that the edge serves from its first moment, also while the server is down. */
export interface RoutesCache {
  /** Undefined when there are none, or none that can be used. */
  read(): Promise<EdgeRoutes | undefined>;
  write(routes: EdgeRoutes): Promise<void>;
}

export function routesCache(path: string): RoutesCache {
  return {
    async read() {
      try {
        const parsed = edgeRoutes.safeParse(JSON.parse(await readFile(path, "utf8")));
        return parsed.success ? parsed.data : undefined;
      } catch {
        return undefined;
      }
    },
    async write(routes) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.new`;
      await writeFile(temporary, JSON.stringify(routes), { mode: 0o600 });
      await chmod(temporary, 0o600);
      await rename(temporary, path);
    },
  };
}
