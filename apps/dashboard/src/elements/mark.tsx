import "./mark.css";

/** What a state looks like without its colour. */
export type Shape = "check" | "half" | "triangle" | "cross" | "ring" | "dash" | "back";
export type Tone = "ok" | "busy" | "warn" | "bad" | "idle";

const paths: Readonly<Record<Shape, React.ReactNode>> = {
  check: (
    <>
      <circle cx="7" cy="7" r="6.2" className="solid" />
      <path d="m4.2 7.3 2 2 3.7-4.3" className="cut" />
    </>
  ),
  half: (
    <>
      <circle cx="7" cy="7" r="5.4" className="line" />
      <path d="M7 3.6a3.4 3.4 0 0 1 0 6.8z" className="solid" />
    </>
  ),
  triangle: (
    <>
      <path d="M6.1 1.5a1 1 0 0 1 1.8 0l5.3 9.7a1 1 0 0 1-.9 1.5H1.7a1 1 0 0 1-.9-1.5z" className="solid" />
      <path d="M7 5v3.3M7 10.4v.1" className="cut" />
    </>
  ),
  cross: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="2.6" className="solid" />
      <path d="m4.7 4.7 4.6 4.6m0-4.6L4.7 9.3" className="cut" />
    </>
  ),
  ring: <circle cx="7" cy="7" r="5.4" className="line dashed" />,
  dash: (
    <>
      <circle cx="7" cy="7" r="5.4" className="line" />
      <path d="M4.5 7h5" className="line" />
    </>
  ),
  back: (
    <>
      <circle cx="7" cy="7" r="6.2" className="solid" />
      <path d="M5.6 4 3.8 5.8l1.8 1.8M4 5.8h3.7a2 2 0 0 1 0 4.1H6" className="cut" />
    </>
  ),
};

/** A state's shape in its colour. Always stands beside the word that says the same, so it is hidden from readers. */
export function Mark({ shape, tone }: { readonly shape: Shape; readonly tone: Tone }) {
  return (
    <svg
      className={`mark tone-${tone}`}
      viewBox="0 0 14 14"
      width="14"
      height="14"
      aria-hidden="true"
      focusable="false"
    >
      {paths[shape]}
    </svg>
  );
}
