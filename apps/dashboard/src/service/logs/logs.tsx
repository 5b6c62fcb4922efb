import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useEnvironmentFlag } from "../../data/environment.ts";
import type { StreamState } from "../../data/use-stream.ts";
import { Button } from "../../elements/button.tsx";
import { Command } from "../../elements/copying.tsx";
import { Choice, FilterField } from "../../elements/field.tsx";
import { Icon } from "../../elements/icon.tsx";
import { Mark } from "../../elements/mark.tsx";
import { ProblemPanel } from "../../elements/problem-panel.tsx";
import { useService } from "../service-context.ts";
import { LogLines } from "./log-lines.tsx";
import { useLogStream } from "./use-log-stream.ts";
import "../tab.css";
import "./logs.css";

const streamWords: Readonly<Record<StreamState, string>> = {
  connecting: "Connecting",
  open: "Live",
  lost: "Connection lost, trying again",
  ended: "Ended",
  failed: "Stopped",
};

/** Log lines of all pods, merged, as they are written. Filters live in the address. */
export function Logs() {
  const service = useService();
  const search = useSearch({ from: "/shell/services/$service/logs" });
  const navigate = useNavigate({ from: "/services/$service/logs" });
  const flag = useEnvironmentFlag();
  const previous = search.previous === "true";
  const { buffer, state, error, restart } = useLogStream(service.name, {
    cluster: search.cluster,
    pod: search.pod,
    release: search.release,
    previous,
  });
  const [pausedAt, setPausedAt] = useState<number | undefined>(undefined);
  const wanted = (search.text ?? "").toLowerCase();

  const shown = useMemo(
    () =>
      buffer.lines.filter(
        (line) => (pausedAt === undefined || line.id < pausedAt) && line.text.toLowerCase().includes(wanted),
      ),
    [buffer, pausedAt, wanted],
  );
  const waiting = pausedAt === undefined ? 0 : buffer.next - pausedAt;
  const filter = (change: typeof search) => {
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  };
  const command = [
    `fairway logs ${service.name}${flag}`,
    search.cluster === undefined ? "" : ` --cluster ${search.cluster}`,
    search.pod === undefined ? "" : ` --pod ${search.pod}`,
    search.release === undefined ? "" : ` --release ${search.release.slice(0, 6)}`,
    previous ? " --previous" : " -f",
  ].join("");

  return (
    <>
      <div className="tab-tools logs-tools">
        <FilterField
          label="Search the lines"
          placeholder="Search the lines"
          value={search.text ?? ""}
          onChange={(text) => filter({ text: text === "" ? undefined : text })}
        />
        <Choice
          label="Cluster"
          all="Every cluster"
          value={search.cluster}
          values={service.clusters.map(({ cluster }) => cluster)}
          onChange={(cluster) => filter({ cluster, pod: undefined })}
        />
        <Choice
          label="Pod"
          all="Every pod"
          value={search.pod}
          values={service.pods
            .filter(({ cluster }) => search.cluster === undefined || cluster === search.cluster)
            .map(({ name }) => name)}
          onChange={(pod) => filter({ pod })}
        />
        <Choice
          label="Release"
          all="Every release"
          value={search.release}
          values={[...new Set(service.pods.map(({ release }) => release))]}
          onChange={(release) => filter({ release })}
        />
        <label className="logs-previous">
          <input
            type="checkbox"
            checked={previous}
            onChange={(event) => filter({ previous: event.target.checked ? "true" : undefined })}
          />
          Before the last restart
        </label>
      </div>
      {error !== undefined ? (
        <ProblemPanel error={error} retry={restart} />
      ) : (
        <section className="logs card" aria-label={`Logs of ${service.name}`}>
          <LogLines lines={shown} wanted={wanted} state={state} />
          <footer>
            <Button
              look="quiet"
              onClick={() => setPausedAt(pausedAt === undefined ? buffer.next : undefined)}
              aria-pressed={pausedAt !== undefined}
            >
              <Icon name={pausedAt === undefined ? "pause" : "play"} />
              {pausedAt === undefined ? "Pause" : "Go on"}
            </Button>
            <p className="logs-state quiet">
              <Mark {...(state === "open" && pausedAt === undefined ? liveMark : quietMark)} />
              {pausedAt === undefined
                ? streamWords[state]
                : `Paused, ${waiting} new ${waiting === 1 ? "line" : "lines"}`}
            </p>
            <p className="quiet logs-count">
              {shown.length} {shown.length === 1 ? "line" : "lines"}
            </p>
            <Command text={command} />
          </footer>
        </section>
      )}
    </>
  );
}

const liveMark = { shape: "half", tone: "ok" } as const;
const quietMark = { shape: "ring", tone: "idle" } as const;
