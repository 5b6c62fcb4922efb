import { canonicalJson } from "./canonical-json.ts";
import type { ReleaseInputs } from "./release-inputs.ts";

/** SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. Given by the caller: this package knows no crypto. */
export type Sha256 = (text: string) => string;

/** Grows with every change of what `render` makes of the same inputs: such a change makes new releases. */
const rendererVersion = 2;

/** The release's name: the first 12 hexadecimal digits of the hash of its inputs. The order of clusters means nothing. */
export function releaseName(inputs: ReleaseInputs, sha256: Sha256): string {
  const clusters = inputs.clusters.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return sha256(canonicalJson({ renderer: rendererVersion, ...inputs, clusters })).slice(0, 12);
}
