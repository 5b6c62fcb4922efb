import { textAt } from "./json-fields.ts";

/** A value that nobody should read in a file: by the variable's name, or an address with a password in it. */
const secretName = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
const withPassword = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;

export function isSecretValue(name: string, value: string): boolean {
  const plain = value === "" || /^(true|false|\d{1,4}|\/[\w./-]*)$/.test(value);
  return (secretName.test(name) && !plain) || withPassword.test(value);
}

/** A header of a check that lets somebody in. */
export function isSecretHeader(header: unknown): boolean {
  const name = textAt(header, "name") ?? "";
  return (
    /^(proxy-)?authorization$|^cookie$/i.test(name) ||
    isSecretValue(name.replaceAll("-", "_"), textAt(header, "value") ?? "")
  );
}
