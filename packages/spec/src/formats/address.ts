import type { Flaw } from "./flaw.ts";

/** A DNS name: labels of letters, digits and "-" with dots between them (RFC 1123), in lower case as Kubernetes wants it. */
export const dnsNamePattern =
  "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*";
const dnsName = new RegExp(`^${dnsNamePattern}$`);

/** Whether it is a DNS name, and not the digits of an address. */
function isDnsName(text: string): boolean {
  return dnsName.test(text) && !/^[\d.]+$/.test(text);
}

function isHost(text: string): boolean {
  return text.startsWith("[") ? ipv6(text.slice(1, -1)) !== undefined : isDnsName(text) || ipv4(text) !== undefined;
}

/** The host of a public address; `*.` in front stands for one label. */
export function publicHostFlaw(text: string): Flaw | undefined {
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) return { reason: `the host alone, without ${scheme}`, at: [0, scheme.length] };
  const slash = text.indexOf("/");
  if (slash !== -1) return { reason: 'the host alone; a path stands in "path"', at: [slash, text.length] };
  const colon = text.indexOf(":");
  if (colon !== -1) return { reason: "the host alone, without a port", at: [colon, text.length] };
  const lower = text.toLowerCase();
  const name = lower.replace(/^\*\./, "");
  if (ipv4(text) !== undefined) return { reason: "this is an address, not a name" };
  if (!isDnsName(name)) return { reason: 'a name has letters, digits, "-" and dots' };
  if (lower !== text) return { reason: `in lower case: ${lower.slice(0, 60)}` };
  return name.includes(".") ? undefined : { reason: "a public name has at least one dot" };
}

/** `db.example.com:5432`, `10.0.0.5:5432`, `[fd00::1]:5432`. */
export function hostPortFlaw(text: string): Flaw | undefined {
  if (text.includes("://")) return { reason: 'without a scheme; an HTTP address stands in "external"' };
  const match = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/.exec(text);
  const { host = "", port } = match?.groups ?? {};
  if (port === undefined) return { reason: "the port is missing, as in db.example.com:5432" };
  if (!isHost(host)) return { reason: "the part before the port is no host", at: [0, Math.max(1, host.length)] };
  return portFlaw(port, text);
}

/** `10.20.0.0/16`, `fd00::/8`; with a port `10.20.0.0/16:5432`, `[fd00::/8]:5432`. */
export function cidrFlaw(text: string): Flaw | undefined {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const withPort = bracketed ?? /^([\d.]+\/\d+)(?::(.*))?$/.exec(text) ?? [text, text, undefined];
  const [, range = "", port] = withPort;
  const [address = "", mask, ...more] = range.split("/");
  const bits = ipv4(address) ?? ipv6(address);
  if (bits === undefined || more.length > 0) return { reason: "a range is an address and a mask, as in 10.20.0.0/16" };
  if (mask === undefined) return { reason: `the mask is missing; for one address: ${range}/${bits.length}` };
  if (!/^\d{1,3}$/.test(mask) || Number(mask) > bits.length) {
    return { reason: `the mask is a number from 0 to ${bits.length}` };
  }
  if (bits.slice(Number(mask)).includes("1")) {
    const network = written(bits.slice(0, Number(mask)).padEnd(bits.length, "0"));
    return { reason: `the address has bits behind the mask; the range is ${network}/${mask}` };
  }
  return port === undefined ? undefined : portFlaw(port, text);
}

function portFlaw(port: string, text: string): Flaw | undefined {
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return undefined;
  return { reason: "a port is a number from 1 to 65535", at: [text.length - Math.max(1, port.length), text.length] };
}

/** An absolute address (RFC 3986). Credentials have no business in a file that everybody reads. */
export function httpUrlFlaw(text: string): Flaw | undefined {
  if (!/^https?:\/\//.test(text)) return { reason: "it begins with http:// or https://" };
  const { authority = "", path = "" } = /^https?:\/\/(?<authority>[^/?#]*)(?<path>.*)$/s.exec(text)?.groups ?? {};
  if (authority.includes("@")) return { reason: "no user and password: they are secrets" };
  const { host = "", port } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/s.exec(authority)?.groups ?? {};
  if (host === "" || !isHost(host.toLowerCase())) return { reason: "the host is missing or no name" };
  const bad = path.search(/[^!-~]|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/);
  if (bad !== -1) {
    const at = text.length - path.length + bad;
    return { reason: "this character must be written as %XX", at: [at, at + 1] };
  }
  return port === undefined ? undefined : portFlaw(port, `${text.slice(0, text.length - path.length)}`);
}

/** What `SERVICE_<NAME>_URL` may be: paths are appended to it. */
export function externalUrlFlaw(text: string): Flaw | undefined {
  const flaw = httpUrlFlaw(text);
  if (flaw !== undefined) return flaw;
  const query = text.search(/[?#]/);
  return query === -1 ? undefined : { reason: "without what follows the path", at: [query, text.length] };
}

/** 32 bits as text; undefined when it is no IPv4 address. */
function ipv4(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}

/** 128 bits as text; undefined when it is no IPv6 address (RFC 4291, without zones and embedded IPv4). */
function ipv6(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [front = [], back = []] = groups;
  const given = front.length + back.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const all = [...front, ...Array.from({ length: 8 - given }, () => "0"), ...back];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

function written(bits: string): string {
  const groups = (size: number, radix: number) =>
    (bits.match(new RegExp(`.{${size}}`, "g")) ?? []).map((group) => Number.parseInt(group, 2).toString(radix));
  return bits.length === 32 ? groups(8, 10).join(".") : groups(16, 16).join(":");
}
