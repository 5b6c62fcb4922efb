import type { RolloutDetail } from "@fairway/api";
import { Mark, type Shape, type Tone } from "../../elements/mark.tsx";
import { Curve } from "./curve.tsx";

type AnalysisOf = NonNullable<RolloutDetail["analysis"]>;

const verdicts: Readonly<
  Record<AnalysisOf["verdict"]["state"], { readonly shape: Shape; readonly tone: Tone; readonly word: string }>
> = {
  good: { shape: "check", tone: "ok", word: "Within bounds" },
  bad: { shape: "cross", tone: "bad", word: "Out of bounds" },
  "no-data": { shape: "ring", tone: "warn", word: "Not enough data" },
};

/** What is measured of the new release, as curves against their bounds. */
export function Analysis({ analysis }: { readonly analysis: AnalysisOf }) {
  const { shape, tone, word } = verdicts[analysis.verdict.state];
  return (
    <div className="analysis">
      <p className="analysis-verdict">
        <Mark shape={shape} tone={tone} /> <strong>{word}</strong>
        {analysis.verdict.words !== "" && <span className="quiet">{analysis.verdict.words}</span>}
      </p>
      <ul>
        {analysis.measurements.map(({ query, min, max }, index) => {
          const points = analysis.measured.map(({ at, values }) => ({
            at: Date.parse(at),
            value: values[index] ?? null,
          }));
          const value = points.at(-1)?.value ?? null;
          const bounds = [
            ...(min === undefined ? [] : [`at least ${min}`]),
            ...(max === undefined ? [] : [`at most ${max}`]),
          ].join(", ");
          const now = value === null ? "no value" : String(Number(value.toPrecision(4)));
          return (
            <li key={query}>
              <div>
                <code>{query}</code>
                <span className="analysis-value">
                  <strong>{now}</strong> <span className="quiet">{bounds}</span>
                </span>
              </div>
              <Curve
                points={points}
                min={min}
                max={max}
                label={`${query}: ${now}, ${bounds}; ${points.length} values`}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
