import "./icon.css";

const paths = {
  services: "M3 4.5h10M3 8h10M3 11.5h6",
  rollouts: "M2.5 8h8m0 0-3-3m3 3-3 3M13.5 3.5v9",
  clusters: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.7 5.1 8 8.2l5.3-3.1M8 8.2v5.9",
  profile:
    "M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M10 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM6 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  fleet: "M2.5 4.2h4m3 0h4M2.5 8h7m3 0h1M2.5 11.8h1.5m3 0h6.5",
  webhooks: "M13.5 2.5 2.5 7l4.2 2.3L9 13.5zM6.7 9.3l3.3-3.3",
  search: "m10.8 10.8 3 3M7 11.7a4.7 4.7 0 1 0 0-9.4 4.7 4.7 0 0 0 0 9.4z",
  copy: "M6 5.5h6.5v8H6zM3.5 10.5v-8H10",
  done: "m3.5 8.5 3 3 6-7",
  open: "M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z",
  system: "M2.5 3.5h11v7.5h-11zM6 13.5h4",
  right: "m6 3.5 4.5 4.5L6 12.5",
  arrow: "M3 8h9.5m0 0L9 4.5M12.5 8 9 11.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
  down: "M8 3v9.5m0 0L4.5 9M8 12.5 11.5 9",
  person: "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.5c.6-2.3 2.6-3.5 5-3.5s4.4 1.2 5 3.5",
  back: "M6 3.5 2.5 7 6 10.5M3 7h6.5a3.5 3.5 0 0 1 0 7H7",
  up: "m4 6 4-4 4 4M8 2v12",
} as const;

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
