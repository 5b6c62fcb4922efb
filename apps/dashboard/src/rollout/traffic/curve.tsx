/** One measurement over time, with its bounds. */
export interface CurveOf {
  /** Milliseconds since the epoch; null: there was no value. */
  readonly points: readonly { readonly at: number; readonly value: number | null }[];
  readonly min: number | undefined;
  readonly max: number | undefined;
}

const width = 320;
const height = 64;
const edge = 6;

/** Draws a measurement as a line; where there was no value it is broken, and values out of bounds are marked. */
export function Curve({ points, min, max, label }: CurveOf & { readonly label: string }) {
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const all = [...known, ...(min === undefined ? [] : [min]), ...(max === undefined ? [] : [max])];
  const low = Math.min(...all, 0);
  const high = Math.max(...all, low + Number.EPSILON);
  const first = points[0]?.at ?? 0;
  const last = points.at(-1)?.at ?? first;
  const x = (at: number): number => edge + ((width - 2 * edge) * (at - first)) / Math.max(1, last - first);
  const y = (value: number): number => height - edge - ((height - 2 * edge) * (value - low)) / (high - low);
  const isOut = (value: number): boolean => (max !== undefined && value > max) || (min !== undefined && value < min);
  return (
    <svg className="curve" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {[min, max].map((bound) =>
        bound === undefined ? null : (
          <line key={bound} className="curve-bound" x1={0} x2={width} y1={y(bound)} y2={y(bound)} />
        ),
      )}
      <path className="curve-line" d={pathOf(points, x, y)} />
      {points.map(({ at, value }) =>
        value === null ? null : (
          <circle
            key={at}
            className={isOut(value) ? "curve-out" : "curve-in"}
            cx={x(at)}
            cy={y(value)}
            r={isOut(value) ? 3.5 : 2}
          />
        ),
      )}
    </svg>
  );
}

function pathOf(points: CurveOf["points"], x: (at: number) => number, y: (value: number) => number): string {
  let drawing = false;
  return points
    .flatMap(({ at, value }) => {
      if (value === null) {
        drawing = false;
        return [];
      }
      const command = drawing ? "L" : "M";
      drawing = true;
      return [`${command}${x(at).toFixed(1)} ${y(value).toFixed(1)}`];
    })
    .join("");
}
