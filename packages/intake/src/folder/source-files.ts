import type { FolderFacts } from "./folder-facts.ts";

export type Language = "javascript" | "golang" | "python" | "php";

/** A file of the program itself: no test, no tool, nothing that a tool made. */
export interface SourceFile {
  readonly path: string;
  readonly language: Language;
  /** With comments as they are. */
  readonly lines: readonly string[];
}

const languages: Readonly<Record<string, Language>> = {
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  ts: "javascript",
  mts: "javascript",
  cts: "javascript",
  tsx: "javascript",
  go: "golang",
  py: "python",
  php: "php",
};
const aside =
  /(^|\/)(tests?|testing|integration|__tests__|spec|specs|e2e|fixtures?|testdata|mocks?|__mocks__|examples?|docs?|scripts?|tools?|dist|build|coverage|public|static|assets|migrations?|node_modules|vendor|\.venv|venv|\.github|\.storybook)\//;
const notProgram =
  /(\.(test|spec|stories|config|min|d)\.\w+$|(^|\/)(test_\w+|\w+_test|conftest|setup|gulpfile|Gruntfile|gruntfile)\.\w+$|(^|\/)\.)/;

/** In the order of their paths; nearer ones first. */
export function sourceFiles(facts: FolderFacts): readonly SourceFile[] {
  return facts.files
    .flatMap(({ path, text }): readonly SourceFile[] => {
      const language = languages[path.slice(path.lastIndexOf(".") + 1)];
      if (text === undefined || language === undefined || aside.test(path) || notProgram.test(path)) return [];
      return [{ path, language, lines: text.split(/\r?\n/) }];
    })
    .toSorted((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
}

/** Whether a line is nothing but a comment; good enough to let commented-out code alone. */
export function isComment(line: string, language: Language): boolean {
  const text = line.trimStart();
  if (language === "python") return text.startsWith("#");
  return /^(\/\/|\/\*|\*)/.test(text) || (language === "php" && text.startsWith("#"));
}

function depth(path: string): number {
  return path.split("/").length;
}
