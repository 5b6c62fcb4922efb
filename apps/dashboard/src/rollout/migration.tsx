import type { RolloutDetail } from "@fairway/api";
import { Mark, type Shape, type Tone } from "../elements/mark.tsx";
import { Section } from "../elements/page.tsx";
import "./migration.css";

type MigrationOf = NonNullable<RolloutDetail["migration"]>;

const looks: Readonly<
  Record<MigrationOf["status"], { readonly shape: Shape; readonly tone: Tone; readonly words: string }>
> = {
  waiting: { shape: "ring", tone: "idle", words: "waits for its turn" },
  skipped: { shape: "dash", tone: "idle", words: "was not run" },
  running: { shape: "half", tone: "busy", words: "is running" },
  succeeded: { shape: "check", tone: "ok", words: "succeeded" },
  failed: { shape: "cross", tone: "bad", words: "failed" },
  stopped: { shape: "cross", tone: "bad", words: "was stopped" },
};

/** The one run that brings the database to the new release, with what it said last. */
export function Migration({ migration }: { readonly migration: MigrationOf }) {
  const { shape, tone, words } = looks[migration.status];
  return (
    <Section title="Migration">
      <div className="migration card">
        <p>
          <Mark shape={shape} tone={tone} />
          <span>
            {migration.job === undefined ? "It" : <code>{migration.job}</code>} {words} in {migration.cluster}, once for
            the environment.
          </span>
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are reached by the keyboard too */}
        {migration.log.length > 0 && <pre tabIndex={0}>{migration.log.join("\n")}</pre>}
      </div>
    </Section>
  );
}
