import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** An address that is not asked, since it is of this machine or of a network that others do not reach. */
export class NotPublic extends Error {
  constructor(host: string) {
    super(`${host} is not a public address`);
    this.name = "NotPublic";
  }
}

/** IANA's registries of special-purpose addresses (RFC 6890), as far as something may answer there, and the ways IPv4 is put into IPv6. */
const special = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"],
  ...["::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"],
];
const blocked = new BlockList();
for (const network of special) {
  const [address = "", bits] = network.split("/");
  blocked.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
}

/** Throws `NotPublic` for a host that is an address itself; names are judged when they are looked up. */
export function requirePublicHost(hostname: string): void {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0 && !isPublic(host)) throw new NotPublic(host);
}

/** For connections: looks a name up, and fails with `NotPublic` when one of its addresses is not. What was judged is what is connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const [first] = found ?? [];
    if (error !== null || first === undefined) callback(error, "");
    else if (!found.every(({ address }) => isPublic(address))) callback(new NotPublic(hostname), "");
    else if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

function isPublic(address: string): boolean {
  return !blocked.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
