import type { ServiceSpec } from "@fairway/spec";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { isComment, type Language, type SourceFile, sourceFiles } from "../folder/source-files.ts";
import type { Finding, Place, Severity } from "./finding.ts";

/** A folder as rules look at it. */
export interface CheckedFolder {
  readonly facts: FolderFacts;
  /** Of the environment that is asked about; drafted where there is no app.toml. */
  readonly spec: ServiceSpec;
  /** The text of app.toml; undefined when there is none. */
  readonly appToml: string | undefined;
  /** `2026-11-27` */
  readonly today: string;
  /** The program's files in the engine's language; all of them where the engine has none. */
  readonly sources: readonly SourceFile[];
}

/** What a rule has found; what it leaves out is as the rule says. */
export interface Hit {
  readonly message?: string;
  readonly severity?: Severity;
  readonly advice?: string;
  readonly place?: Place;
}

export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly why: string;
  readonly advice: string;
  readonly find: (folder: CheckedFolder) => readonly Hit[];
}

const languageOf: Readonly<Record<string, Language>> = {
  node: "javascript",
  golang: "golang",
  python: "python",
  php: "php",
};

export function checkedFolder(
  facts: FolderFacts,
  spec: ServiceSpec,
  appToml: string | undefined,
  today: string,
): CheckedFolder {
  const language = languageOf[spec.engine.name];
  const sources = sourceFiles(facts).filter((file) => language === undefined || file.language === language);
  return { facts, spec, appToml, today, sources };
}

export function apply(rule: Rule, folder: CheckedFolder): readonly Finding[] {
  const { code, severity, message, why, advice } = rule;
  return rule.find(folder).map((hit) => ({ rule: code, severity, message, why, advice, ...hit }));
}

/** Patterns by language; each line that is no comment is looked at, and gives one hit at most. */
export function hitsInLines(
  sources: readonly SourceFile[],
  patterns: Readonly<Partial<Record<Language, readonly RegExp[]>>>,
  unless?: RegExp,
): readonly (Hit & { readonly place: Place; readonly line: string })[] {
  return sources.flatMap(({ path, language, lines }) =>
    lines.flatMap((line, at) => {
      if (isComment(line, language) || line.length > 2000 || unless?.test(line) === true) return [];
      for (const pattern of patterns[language] ?? []) {
        const match = pattern.exec(line);
        if (match !== null) return [{ place: placeOf(path, at + 1, line, match.index, match[0].length), line }];
      }
      return [];
    }),
  );
}

/** @param index from 0, in the line */
export function placeOf(file: string, line: number, text: string, index: number, length: number): Place {
  const indent = text.length - text.trimStart().length;
  const at = Math.max(index, indent);
  return { file, line, column: at + 1, length: Math.max(1, length - (at - index)), excerpt: shown(text) };
}

/** A key of app.toml; the file itself where it is not there, nothing where there is no file. */
export function placeInAppToml(text: string | undefined, table: string, key: string): Place | undefined {
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  let here = "";
  for (const [at, line] of lines.entries()) {
    here = /^\s*\[+([^\]]+)\]+/.exec(line)?.[1]?.trim() ?? here;
    if (here === table && new RegExp(`^\\s*"?${key}"?\\s*=`).test(line))
      return placeOf("app.toml", at + 1, line, 0, line.trimEnd().length);
  }
  return { file: "app.toml" };
}

/** A line as it may be shown: no value of what looks like a secret, no more than a screen is wide. */
export function shown(line: string): string {
  const text = line
    .trim()
    .replace(
      /((?:password|passwd|secret|token|api_?key|private_?key|access_?key)\w*["']?\s*(?:=>|:=|[:=])\s*["'`]?)[^"'`\s,;)]+/gi,
      "$1…",
    )
    .replace(/(:\/\/[^/\s:@"']*:)[^/\s@"']+@/g, "$1…@")
    .replace(/\b(AKIA|ASIA|ghp_|gho_|github_pat_|xox[abpr]-|sk_live_|AIza|npm_)[\w-]{8,}/g, "$1…");
  return text.length > 120 ? `${text.slice(0, 119).toWellFormed()}…` : text;
}
