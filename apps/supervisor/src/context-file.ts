import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Tells `fairway`, wherever it is typed, which server is meant. Holds the token's place, never the token. */
export async function writeContextFile(
  path: string,
  context: { readonly url: string; readonly tokenFile: string; readonly home: string },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(context, undefined, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}
