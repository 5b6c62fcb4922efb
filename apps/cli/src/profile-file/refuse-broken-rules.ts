import { brokenRules, type ProfileSettings, placesInAppToml, type ServiceSpec } from "@fairway/spec";
import { AppFileRefused } from "../app-file/parse-app-file.ts";
import type { AppFile } from "../app-file/read-app-file.ts";
import { exitCode } from "../command-failure.ts";

/** Throws `AppFileRefused` with everything that a service breaks of a profile's rules, each with its place. */
export function refuseBrokenRules(
  spec: ServiceSpec,
  settings: ProfileSettings,
  environment: string,
  file: Pick<AppFile, "name" | "text">,
): void {
  const broken = brokenRules(spec, settings, environment);
  if (broken.length === 0) return;
  throw new AppFileRefused(file, placesInAppToml(file.text, environment, broken), {
    code: "rules-broken",
    exitCode: exitCode.failed,
  });
}
