import { reservedNamespace } from "@fairway/manifests";
import { type AppToml, formatIssues, type Issue, notDeliverableYet, parseAppToml } from "@fairway/spec";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { AppFile } from "./read-app-file.ts";

/** An app.toml, or a file like it, that is not taken; `format` shows why. */
export class AppFileRefused extends CommandFailure {
  override readonly issues: readonly Issue[];
  private readonly file: Pick<AppFile, "name" | "text">;
  private readonly help: string | undefined;

  /** @param details.help the command that explains every field; by default that of app.toml */
  constructor(
    file: Pick<AppFile, "name" | "text">,
    issues: readonly Issue[],
    details: { readonly code: string; readonly exitCode: number; readonly help?: string },
  ) {
    super(details.code, `${file.name} has ${issues.length} ${issues.length === 1 ? "problem" : "problems"}`, details);
    this.file = file;
    this.help = details.help;
    this.issues = issues;
  }

  /** With places, lines and hints. Ends with a newline. */
  override format(color: boolean): string {
    return formatIssues(this.issues, this.file.text, this.file.name, {
      color,
      ...(this.help === undefined ? {} : { help: this.help }),
    });
  }
}

/** @throws AppFileRefused with all issues */
export function parseAppFile(file: AppFile, environments: readonly string[] = []): AppToml {
  const { text, contracts } = file;
  const parsed = parseAppToml(text, { environments, contracts, isReserved: reservedNamespace });
  if (parsed.ok) return parsed.value;
  throw new AppFileRefused(file, parsed.issues, { code: "app-toml-not-valid", exitCode: exitCode.usage });
}

/** A valid file may ask for what this version cannot deliver: better said before anything is built than by the server. */
export function refuseUndeliverable(file: AppFile, appToml: AppToml, environment: string): void {
  const issues = notDeliverableYet(appToml, environment);
  if (issues.length > 0) {
    throw new AppFileRefused(file, issues, { code: "not-deliverable-yet", exitCode: exitCode.failed });
  }
}
