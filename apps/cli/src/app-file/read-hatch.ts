import { type HatchIssue, hatchIssues, parseExtraObjects, type ReleaseInputs, type Sha256 } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { formatIssues } from "@fairway/spec";
import { exitCode } from "../command-failure.ts";
import { AppFileRefused } from "./parse-app-file.ts";
import type { AppFile } from "./read-app-file.ts";

/** What a team brings past the fields of app.toml. */
export interface Hatch {
  readonly objects: readonly KubernetesObject[];
  /** Throws `AppFileRefused` for patches and objects that cannot be, or that the profile does not allow. */
  refuseIssues(inputs: ReleaseInputs, sha256: Sha256): void;
}

/** Throws `AppFileRefused` for files that are not valid. */
export async function readHatch(file: AppFile, kubernetes: Readonly<Record<string, string>>): Promise<Hatch> {
  const refuse = (issues: readonly HatchIssue[]) => {
    if (issues.length > 0) throw new HatchRefused(file, kubernetes, issues);
  };
  const parsed = await parseExtraObjects(kubernetes);
  if (!parsed.ok) throw new HatchRefused(file, kubernetes, parsed.issues);
  return {
    objects: parsed.objects,
    refuseIssues: (inputs, sha256) =>
      refuse(hatchIssues(inputs, sha256, { appToml: file.text, extraPlaces: parsed.places })),
  };
}

/** Problems of several files, each shown with its own lines. */
class HatchRefused extends AppFileRefused {
  private readonly texts: ReadonlyMap<string, string>;
  private readonly found: readonly HatchIssue[];

  constructor(file: AppFile, kubernetes: Readonly<Record<string, string>>, issues: readonly HatchIssue[]) {
    super(file, issues, { code: "kubernetes-not-allowed", exitCode: exitCode.usage });
    const files = Object.entries(kubernetes).map(([name, text]): [string, string] => [`kubernetes/${name}`, text]);
    this.texts = new Map([["app.toml", file.text], ...files]);
    this.found = issues;
  }

  override format(color: boolean): string {
    return [...Map.groupBy(this.found, ({ file }) => file)]
      .map(([name, issues]) => formatIssues(issues, this.texts.get(name) ?? "", name, { color }))
      .join("\n");
  }
}
