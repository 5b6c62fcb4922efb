import { patchesOf } from "./patches.ts";
import type { Subject } from "./subject.ts";
import { byTheClock } from "./translate/by-the-clock.ts";
import { checks } from "./translate/checks.ts";
import { companions } from "./translate/companions.ts";
import { dependencies } from "./translate/dependencies.ts";
import { environment } from "./translate/environment.ts";
import { identity } from "./translate/identity.ts";
import { podRest } from "./translate/pod-rest.ts";
import { program } from "./translate/program.ts";
import { reach } from "./translate/reach.ts";
import { scale } from "./translate/scale.ts";
import { size } from "./translate/size.ts";
import { volumes } from "./translate/volumes.ts";
import { mergeSettings, type Translated, together } from "./translated.ts";

const aspects: readonly ((subject: Subject) => Translated)[] = [
  identity,
  scale,
  program,
  checks,
  reach,
  dependencies,
  byTheClock,
  environment,
  size,
  volumes,
  companions,
  podRest,
];

/** Everything that one service's objects say: as fields where there are fields, as patches where there are none. */
export function translateSubject(subject: Subject): Required<Translated> {
  const all = together(aspects.map((aspect) => aspect(subject)));
  // Pods of a service that only runs by the clock are not those of a Deployment.
  const fitting = all.patches.filter(
    (part) => subject.group.runner !== undefined || (part.on === "object" && part.kind !== "Deployment"),
  );
  const patches = patchesOf(fitting);
  return {
    ...all,
    settings: mergeSettings(
      { name: subject.name },
      { ...all.settings, ...(patches.length === 0 ? {} : { kubernetes: { patches } }) },
    ),
  };
}
