import type { FolderFacts } from "../folder/folder-facts.ts";
import { wantsText } from "../folder/wanted-text.ts";

/**
 * A folder written down in one text, in the format of golang.org/x/tools/txtar: a line `-- path --`, then the file's content.
 * So a test's `.env` and keys are no real ones that a scanner of the repository would find.
 */
export function folderArchive(name: string, text: string): FolderFacts {
  const files = text
    .split(/^-- (?=\S+ --$)/m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf(" --\n");
      const path = part.slice(0, end);
      const content = part.slice(end + 4);
      return { path, size: content.length, ...(wantsText(path, content.length) ? { text: content } : {}) };
    });
  return { name, files, truncated: false };
}
