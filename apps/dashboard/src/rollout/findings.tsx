import type { RolloutDetail } from "@fairway/api";
import { CauseCode } from "../elements/cause-code.tsx";
import { Mark } from "../elements/mark.tsx";
import { Section } from "../elements/page.tsx";
import "./findings.css";

/** What prepare found, of all clusters at once: each with what to do. */
export function Findings({ findings }: { readonly findings: RolloutDetail["findings"] }) {
  const what = findings.every(({ severity }) => severity === "warning") ? "Warning" : "Finding";
  return (
    <Section title={`${what}${findings.length === 1 ? "" : "s"} of prepare`} className="findings">
      <ul className="card">
        {findings.map((finding) => (
          <li key={`${finding.cluster} ${finding.code} ${finding.message}`}>
            <Mark shape="triangle" tone={finding.severity === "warning" ? "idle" : "warn"} />
            <div>
              <p>
                {finding.severity === "warning" && <span className="quiet">Warning: </span>}
                <strong>{finding.cluster}</strong> {finding.message}
              </p>
              {finding.advice !== undefined && <p className="quiet">{finding.advice}</p>}
            </div>
            <CauseCode code={finding.code} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
