import { RegistryError, type RegistryErrorCode, SnapshotError } from "@fairway/images";
import { Refusal } from "../http/refusal.ts";

/** 422 for all: what a client repeats by itself is an answer of this server, not of a registry, which was asked several times. */
const status = 422;

const refusals: Readonly<Record<RegistryErrorCode, { readonly code: string; readonly title: string }>> = {
  "invalid-reference": { code: "image-reference-not-valid", title: "This names no image" },
  unauthorized: { code: "registry-unauthorized", title: "The registry does not accept the credentials" },
  denied: { code: "registry-denied", title: "The registry does not allow this" },
  "not-found": { code: "image-not-found", title: "There is no such image" },
  "rate-limited": { code: "registry-rate-limited", title: "The registry asks to wait" },
  unavailable: { code: "registry-unreachable", title: "The registry does not answer" },
  "not-public": { code: "registry-not-public", title: "This server does not ask registries of private networks" },
  tls: { code: "registry-tls", title: "The registry's certificate is not trusted" },
  "digest-mismatch": { code: "registry-answer-not-valid", title: "The registry gave other bytes than were asked for" },
  unsupported: { code: "image-not-supported", title: "This image cannot be used" },
  "too-large": { code: "image-too-large", title: "The image is too large" },
  interrupted: { code: "registry-interrupted", title: "The registry broke off" },
  "invalid-answer": { code: "registry-answer-not-valid", title: "What answers there is no registry" },
};

const credentials = "the server has those that were given with: fairway registry add";
const notNamed =
  "use an image of the environment's registry, or have the platform's owner name this one there: fairway registry add ... --base ENGINE=HOST/PATH";

/** Does something with a registry; what goes wrong becomes a refusal in a person's words. */
export async function withRegistry<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SnapshotError) {
      const title = "The snapshot cannot become an image";
      throw new Refusal({ status, code: error.code, title, detail: error.message }, { cause: error });
    }
    if (!(error instanceof RegistryError)) throw error;
    // Who deploys has no credentials of his own: the platform's owner gives them.
    const where = error.code === "unauthorized" || error.code === "denied" ? credentials : "";
    const hint = (error.code === "not-public" ? [notNamed] : [error.hint, where])
      .filter((part) => part !== "")
      .join("; ");
    throw new Refusal(
      { status, ...refusals[error.code], detail: error.message, ...(hint === "" ? {} : { hint }) },
      { cause: error },
    );
  }
}
