import type { ServiceDetail } from "@fairway/api";
import { useEnvironmentFlag } from "../data/environment.ts";
import { Command } from "../elements/copying.tsx";
import { Section } from "../elements/page.tsx";
import "./being-adopted.css";

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
      {adoption.reason !== undefined && <p className="adopted-reason">{adoption.reason}</p>}
      <div className="adopted-commands">
        {(moved ? ["confirm", "undo"] : ["status"]).map((what) => (
          <Command key={what} text={`fairway adopt ${what} ${name}${flag}`} />
        ))}
      </div>
    </Section>
  );
}
