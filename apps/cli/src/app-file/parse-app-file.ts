import { reservedNamespace } from "@fairway/manifests";
import { type AppToml, formatIssues, type Issue, parseAppToml } from "@fairway/spec";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { AppFile } from "./read-app-file.ts";

/** An app.toml with problems; `text` is ready to be shown. */
export class AppFileNotValid extends CommandFailure {
  readonly issues: readonly Issue[];
  private readonly file: AppFile;

  constructor(file: AppFile, issues: readonly Issue[]) {
    super("app-toml-not-valid", `${file.name} has ${issues.length} ${issues.length === 1 ? "problem" : "problems"}`, {
      exitCode: exitCode.usage,
    });
    this.file = file;
    this.issues = issues;
  }

  /** With places, lines and hints. Ends with a newline. */
  format(color: boolean): string {
    return formatIssues(this.issues, this.file.text, this.file.name, { color });
  }
}

/** @throws AppFileNotValid with all issues */
export function parseAppFile(file: AppFile, environments: readonly string[] = []): AppToml {
  const parsed = parseAppToml(file.text, { environments, isReserved: reservedNamespace });
  if (!parsed.ok) throw new AppFileNotValid(file, parsed.issues);
  return parsed.value;
}
