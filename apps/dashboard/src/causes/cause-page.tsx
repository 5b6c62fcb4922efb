import { causeEntry } from "@fairway/diagnosis";
import { Link, useParams } from "@tanstack/react-router";
import { Command } from "../elements/copying.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { Prose } from "./prose.tsx";
import "./cause-page.css";

/** What a code means, where it comes from, and what helps. */
export function CausePage() {
  const { code: asked } = useParams({ from: "/shell/causes/$code" });
  const entry = causeEntry(asked);
  usePageTitle(entry?.code ?? asked);
  if (entry === undefined) {
    return (
      <Nothing title={`There is no cause with the code “${asked}”`}>
        <Link to="/causes">All causes</Link>
      </Nothing>
    );
  }
  const { code, meaning, cause, cure } = entry;
  return (
    <>
      <PageHead
        above={<Link to="/causes">Causes</Link>}
        title={code}
        actions={<Command text={`fairway explain ${code}`} />}
      >
        <p>
          <Prose text={meaning} />
        </p>
      </PageHead>
      <dl className="card cause-page">
        <dt>Cause</dt>
        <dd>
          <Prose text={cause} />
        </dd>
        <dt>Cure</dt>
        <dd className="cause-cure">
          <Prose text={cure} />
        </dd>
      </dl>
    </>
  );
}
