import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** What lies at a path: text of a file, an executable's text, or a link. */
export type Content = string | { readonly executable: string } | { readonly link: string };

/** A folder that is gone after the test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fairway-images-test-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes files below a folder, in the order given. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Content>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === "string") await writeFile(target, content);
    else if ("link" in content) await symlink(content.link, target);
    else {
      await writeFile(target, content.executable);
      await chmod(target, 0o700);
    }
  }
  return folder;
}
