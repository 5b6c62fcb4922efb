import type { RolloutDetail } from "@fairway/api";
import { Mark } from "../../elements/mark.tsx";
import { Moment } from "../../elements/moment.tsx";
import { Section } from "../../elements/page.tsx";
import "./command-log.css";

/** Who told the rollout what, and what it answered; newest first. */
export function CommandLog({ commands }: { readonly commands: RolloutDetail["commands"] }) {
  if (commands.length === 0) return null;
  return (
    <Section title="Commands">
      <ul className="command-log card">
        {commands.toReversed().map(({ id, actor, at, command, accepted, reason }) => (
          <li key={id}>
            <Mark
              shape={accepted === undefined ? "ring" : accepted ? "check" : "cross"}
              tone={accepted === undefined ? "idle" : accepted ? "ok" : "warn"}
            />
            <strong>{command.type === "lose" ? `go on without ${command.cluster}` : command.type}</strong>
            <span className="quiet">
              by {actor} <Moment at={at} />
            </span>
            <span>
              {accepted === undefined ? "not answered yet" : accepted ? "accepted" : `refused: ${reason ?? ""}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
