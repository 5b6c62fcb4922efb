import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Issue, issueCodes } from "@fairway/spec";

/** One checked file. */
export interface FileFindings {
  /** As the user would write it. */
  readonly file: string;
  readonly issues: readonly Issue[];
  /** What is no mistake. */
  readonly notes: readonly Issue[];
}

/** Findings as SARIF 2.1.0 (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0), the format that code hosts read. */
export function sarifLog(files: readonly FileFindings[]): Readonly<Record<string, unknown>> {
  const rules = Object.entries(issueCodes).map(([id, text]) => ({ id, shortDescription: { text } }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Fairway", rules } },
        columnKind: "utf16CodeUnits",
        results: files.flatMap(({ file, issues, notes }) => [
          ...issues.map((issue) => result("error", file, issue)),
          ...notes.map((note) => result("note", file, note)),
        ]),
      },
    ],
  };
}

function result(level: "error" | "note", file: string, { code, message, hint, line, column, length }: Issue): unknown {
  return {
    ruleId: code,
    level,
    message: { text: hint === undefined ? `${message}.` : `${message}: ${hint}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column, endColumn: column + length },
        },
      },
    ],
  };
}

function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.split(sep).map(encodeURIComponent).join("/");
}
