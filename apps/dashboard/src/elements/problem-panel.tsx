import { shownProblem } from "../data/problem.ts";
import { Button } from "./button.tsx";
import { Mark } from "./mark.tsx";
import "./problem-panel.css";

/** A failure in the server's words: what, why, what to do; and another try. */
export function ProblemPanel({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const problem = shownProblem(error);
  return (
    <section className="problem card" role="alert">
      <Mark shape="cross" tone="bad" />
      <div>
        <h2>{problem.title}</h2>
        {problem.detail !== undefined && <p>{problem.detail}</p>}
        {problem.hint !== undefined && <p className="quiet">{problem.hint}</p>}
        <div className="problem-foot">
          {retry !== undefined && (
            <Button look="main" onClick={retry}>
              Try again
            </Button>
          )}
          <span className="quiet mono">
            {problem.code}
            {problem.status > 0 ? ` · ${problem.status}` : ""}
          </span>
        </div>
      </div>
    </section>
  );
}
