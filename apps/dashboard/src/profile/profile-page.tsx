import type { Profile } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Answered } from "../elements/answered.tsx";
import { Command } from "../elements/copying.tsx";
import { Moment } from "../elements/moment.tsx";
import { PageHead, Section, usePageTitle } from "../elements/page.tsx";
import { EscapeHatches } from "./escape-hatches.tsx";
import { ProfileVersions } from "./profile-versions.tsx";
import { tomlLines } from "./toml-lines.ts";
import "./profile-page.css";

/** The platform owner's settings for all services: what holds, what it was before, and what teams miss in it. */
export function ProfilePage() {
  usePageTitle("Profile");
  const profile = useQuery(queries.profile(useClient()));
  return (
    <>
      <PageHead title="Profile" actions={<Command text="fairway profile > profile.toml" />}>
        <p className="quiet">What the platform's owner decided for all services: sizes, quotas, access, rules.</p>
      </PageHead>
      <Answered query={profile} label="Loading the profile" heights={[120, 420]}>
        {(held) => (
          <>
            <Holding profile={held} />
            <EscapeHatches />
            <ProfileVersions />
          </>
        )}
      </Answered>
    </>
  );
}

function Holding({ profile: { version, text, actor, createdAt } }: { readonly profile: Profile }) {
  return (
    <Section
      title={version === 0 ? "The built-in profile holds" : `Version ${version} holds`}
      beside={
        createdAt === undefined ? (
          <Command text="fairway profile set profile.toml" />
        ) : (
          <span className="quiet">
            set by {actor} <Moment at={createdAt} />
          </span>
        )
      }
    >
      <div className="card">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
        <section className="profile-text" tabIndex={0} aria-label="The profile's text">
          <pre className="mono">
            {tomlLines(text).map(({ kind, text: line }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
              <span key={index} className={`toml-${kind}`}>
                {line}
                {"\n"}
              </span>
            ))}
          </pre>
        </section>
      </div>
    </Section>
  );
}
