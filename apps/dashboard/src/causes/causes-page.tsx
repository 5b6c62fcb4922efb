import { type CauseEntry, causeEntries } from "@fairway/diagnosis";
import { Link } from "@tanstack/react-router";
import { Command } from "../elements/copying.tsx";
import { PageHead, usePageTitle } from "../elements/page.tsx";
import { Prose } from "./prose.tsx";
import "../elements/data-table.css";

const entries: readonly (readonly [code: string, entry: CauseEntry])[] = Object.entries(causeEntries).toSorted(
  ([one], [other]) => (one < other ? -1 : 1),
);

/** Every code that may stand behind a failure, each with its page. */
export function CausesPage() {
  usePageTitle("Causes");
  return (
    <>
      <PageHead title="Causes" actions={<Command text="fairway explain" />}>
        <p className="quiet">Why a release does not work: what each code means, where it comes from, what helps.</p>
      </PageHead>
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>Code</th>
              <th>Means</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([code, { meaning }]) => (
              <tr key={code}>
                <td>
                  <Link to="/causes/$code" params={{ code }} className="mono">
                    {code}
                  </Link>
                </td>
                <td className="whole-line">
                  <Prose text={meaning} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
