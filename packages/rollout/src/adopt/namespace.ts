import { environmentLabel, managedByLabel, manager } from "@fairway/manifests";
import { adoptedAnnotation, isOurs, ownLabels, withoutMarks } from "../cluster/ownership.ts";
import { type ActOutcome, type AdoptionPlace, done, failed } from "./act.ts";
import { identityOf, outdate, versionOf } from "./former.ts";

/** Another than the engine's, whose applies must not take away that the namespace was there before. */
const claimManager = "fairway-adoption";

/** Makes the old namespace one that ours may live in. Its rules for pods stay as they are until the confirmation. */
export async function claimNamespace(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, number, environment, signal } = place;
  if (own.claim === undefined) return done;
  const { ref, uid } = own.claim;
  const live = await cluster.get(ref, signal);
  if (live === undefined || live.metadata.uid !== uid)
    return failed(`the namespace ${ref.name} was deleted, or made anew, since it was looked at`);
  const mine = isOurs(live, identityOf(place));
  if (mine && live.metadata.annotations?.[adoptedAnnotation] === String(number)) return done;
  if (!mine && live.metadata.labels?.[managedByLabel] === manager)
    return failed(`the namespace ${ref.name} belongs to another service`);
  const labels = { ...ownLabels(place), [environmentLabel]: environment };
  const metadata = { name: ref.name, labels, annotations: { [adoptedAnnotation]: String(number) } };
  const { apiVersion, kind } = ref;
  await cluster.apply(
    { apiVersion, kind, metadata },
    { manager: claimManager, force: true, ...versionOf(live) },
    signal,
  );
  return done;
}

/** Gives the namespace back as it was. */
export async function releaseNamespace(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, number, signal } = place;
  if (own.claim === undefined) return done;
  const { ref, uid, former } = own.claim;
  const live = await cluster.get(ref, signal);
  if (live === undefined || live.metadata.uid !== uid) return done;
  const isMarked = live.metadata.annotations?.[adoptedAnnotation] === String(number);
  const { labels } = former.metadata;
  const lost = Object.entries(labels ?? {}).some(([key, value]) => live.metadata.labels?.[key] !== value);
  if (!isMarked && !lost) {
    await outdate(place, live);
    return done;
  }
  const free = isOurs(live, identityOf(place)) ? withoutMarks(live) : live;
  await cluster.replace(
    { ...free, metadata: { ...free.metadata, labels: { ...free.metadata.labels, ...labels } } },
    signal,
  );
  return done;
}
