import type { ServiceDetail } from "@fairway/api";
import { useEnvironmentFlag } from "../data/environment.ts";
import { Command } from "../elements/copying.tsx";
import { Section } from "../elements/page.tsx";

/** That it stands beside what somebody else has deployed, and what a person decides about it. */
export function BeingAdopted({ service }: { readonly service: ServiceDetail }) {
  const flag = useEnvironmentFlag();
  const { adoption, name } = service;
  if (adoption === undefined) return null;
  const moved = adoption.state === "moved";
  return (
    <Section title="Being adopted">
      <p>
        {moved ? "Requests go to ours, and the old objects stand by: " : "It is on its way: "}
        Service {adoption.from.service} of namespace {adoption.from.namespace}.
      </p>
      {moved ? (
        <>
          <Command text={`fairway adopt confirm ${name}${flag}`} />
          <Command text={`fairway adopt undo ${name}${flag}`} />
        </>
      ) : (
        <Command text={`fairway adopt status ${name}${flag}`} />
      )}
    </Section>
  );
}
