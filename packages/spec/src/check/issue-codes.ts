/**
 * Every code that an issue of app.toml may have, and what it means in a line. Causes, cures and examples stand in
 * docs/reference/app-toml-issues.md.
 */
export const issueCodes: Readonly<Record<string, string>> = {
  "bad-value": "A value is of the right type, but not one that the field takes.",
  "contract-without-dependency": "A contract copy lies in rpc/, and its service is no declared dependency.",
  "dependency-on-itself": "A service lists itself as a dependency.",
  duplicate: "Something stands twice in a list where each may stand once.",
  "min-above-max": "A least value is above the greatest one.",
  missing: "Something that the rest of the file needs is not there.",
  "name-too-long": "A name that Kubernetes would get is longer than it takes.",
  "not-deliverable-yet": "The file is valid, and asks for what this version of Fairway cannot deliver.",
  "not-overridable": "An environment sets what is the same everywhere.",
  "not-supported-yet": "A value that later versions take.",
  "not-together": "Two settings contradict each other.",
  "patch-of-identity": "A patch changes what makes an object this one.",
  "reserved-env-name": "A variable has a name that belongs to the platform.",
  "reserved-name": "The service's name belongs to Kubernetes or to the platform.",
  "secret-in-env": "A variable is a secret and a plain one.",
  "stagger-above-replicas": "Replicas are to be split over more workloads than there are replicas.",
  syntax: "The file is no TOML.",
  "too-deep": "Tables or lists are nested too deeply, or a value is too long to read.",
  "too-large": "The file is too large.",
  "too-many": "A list has more items than it may have.",
  "unknown-environment": "An environment nearly has the name of one that exists.",
  "unknown-key": "No field has this name.",
  "weights-not-rising": "A step of a canary gives the new release no more than the one before.",
  "wrong-type": "A value is of another type than the field takes.",
};
