import { reservedNamespace } from "@fairway/manifests";

/** A service's name made of another one: lower-case, `-` between words, at most 40 characters; undefined when nothing is left. */
export function serviceName(text: string): string | undefined {
  const name = text
    .normalize("NFKD")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  if (name === "") return undefined;
  // With a word on both sides it neither begins nor ends as the platform's own names do.
  return reservedNamespace(name) ? `app-${name.slice(0, 32).replace(/-+$/, "")}-app` : name;
}

/** A team's name out of `@org/team` or an address. */
export function teamName(text: string): string | undefined {
  const last = text.replace(/^@/, "").split("/").at(-1)?.split("@")[0] ?? "";
  const name = last
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  return name === "" ? undefined : name;
}

/** The first number of `^20.1`, `>=20 <23`, `v22.3.0`, `8.2.*`; `parts` of its numbers, what is not there is left out. */
export function versionIn(text: string, parts: number): string | undefined {
  const numbers = /\d+(\.\d+)*/.exec(text)?.[0].split(".").slice(0, parts);
  return numbers?.join(".");
}
