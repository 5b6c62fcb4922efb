import type { FleetDetail } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { counted, printable } from "../terminal/text.ts";

type Service = FleetDetail["services"][number];

const marks: Readonly<Record<Service["state"], string>> = {
  ...{ waiting: "·", rolling: "…", done: "✓", failed: "✗", refused: "✗", unchanged: "=", gone: "–" },
};
/** In which a service is through. */
const through = ["done", "failed", "refused", "unchanged", "gone"] as const;

/** "3 of 12 services: 2 done, 1 failed" */
export function fleetCounts({ services }: FleetDetail): string {
  const count = (state: Service["state"]) => services.filter((one) => one.state === state).length;
  const total = through.reduce((sum, state) => sum + count(state), 0);
  const words = [...through, "rolling" as const].flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state}`],
  );
  return `${total} of ${counted(services.length, "service")} through${words.length === 0 ? "" : `: ${words.join(", ")}`}`;
}

/** A fleet rollout: how far it is, each of its services in their order, and what a person can do. */
export function fleetScreen(fleet: FleetDetail, style: Style, width: number, flag: string): readonly string[] {
  const { number, status, environment, actor, reason, services } = fleet;
  const bad = services.some(({ state }) => state === "failed");
  const look = status === "halted" || bad ? style.bad : status === "done" ? style.good : style.accent;
  const why = reason === undefined ? [] : [style.bad(printable(reason))];
  return [
    `fleet rollout ${number}  ${look(status)}  by ${printable(actor)}  ${style.accent(environment)}`,
    fleetCounts(fleet),
    ...why,
    "",
    ...table<Service>(
      services,
      [
        { title: "SERVICE", cell: ({ service }) => service, look: style.strong, least: 24 },
        {
          title: "STATE",
          cell: ({ state }) => `${marks[state]} ${state}`,
          look: (text, one) => looks(style, one)(text),
        },
        { title: "ROLLOUT", cell: ({ rollout }) => (rollout === undefined ? "–" : String(rollout)) },
        { title: "WHY", cell: (one) => printable(one.reason ?? ""), least: 8 },
      ],
      { width, style },
    ),
    ...advice(status, flag).map((line) => `\n${line}`),
  ];
}

function looks(style: Style, { state }: Service): (text: string) => string {
  if (state === "done" || state === "unchanged") return style.good;
  return state === "failed" || state === "refused" ? style.bad : style.accent;
}

function advice(status: FleetDetail["status"], flag: string): readonly string[] {
  if (status === "halted")
    return [
      `See why: fairway rollouts <number>. Then go on past it: fairway fleet resume${flag}; or end it: fairway fleet stop${flag}`,
    ];
  if (status === "paused") return [`Go on: fairway fleet resume${flag}`];
  return status === "running" ? [`Follow it: fairway fleet --follow${flag}`] : [];
}
