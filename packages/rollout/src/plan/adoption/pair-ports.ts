import type { Service, ServicePort } from "@fairway/objects";
import type { AdoptionPlan, PortPair } from "./adoption-plan.ts";

/**
 * Which port of ours stands for each of the old Service. Where ours takes the Service over, callers keep their number, so ours must
 * have it. Else it is the one of the same number, or name, or the only one there is.
 */
export function pairPorts(
  old: Service,
  ours: Service,
  way: AdoptionPlan["way"],
): { readonly ports: readonly PortPair[]; readonly missing: readonly number[] } {
  const [former, served] = [old.spec?.ports ?? [], ours.spec?.ports ?? []];
  const protocolOf = ({ protocol = "TCP" }: ServicePort): string => protocol;
  const standIn = (port: ServicePort): ServicePort | undefined => {
    const fitting = served.filter((one) => protocolOf(one) === protocolOf(port));
    const same = fitting.find((one) => one.port === port.port);
    if (way === "take" || same !== undefined) return same;
    return (
      fitting.find(({ name }) => name !== undefined && name === port.name) ??
      (former.length === 1 && fitting.length === 1 ? fitting[0] : undefined)
    );
  };
  const ports: PortPair[] = [];
  const missing: number[] = [];
  for (const port of former) {
    const found = standIn(port);
    if (found === undefined) missing.push(port.port);
    else ports.push({ name: port.name ?? "", port: port.port, protocol: protocolOf(port), ours: found.name ?? "" });
  }
  return { ports, missing };
}
