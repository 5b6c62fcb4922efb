import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Identifier } from "../elements/copying.tsx";
import { FilterField } from "../elements/field.tsx";
import { Mark } from "../elements/mark.tsx";
import { Moment } from "../elements/moment.tsx";
import { Nothing } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { SkeletonBlocks } from "../elements/skeleton.tsx";
import { useService } from "./service-context.ts";
import "../elements/data-table.css";
import "./tab.css";

/** Kubernetes events of the service in all clusters, newest first. */
export function Events() {
  const service = useService();
  const client = useClient();
  const events = useQuery(queries.serviceEvents(client, useEnvironment(), service.name));
  const [words, setWords] = useState("");
  if (events.data === undefined) {
    return events.error === null ? (
      <SkeletonBlocks label="Loading events" heights={[320]} />
    ) : (
      <ProblemPanel error={events.error} retry={() => void events.refetch()} />
    );
  }
  const wanted = words.trim().toLowerCase();
  const shown = events.data.filter((event) =>
    `${event.reason} ${event.object} ${event.message} ${event.cluster}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="tab-tools">
        <FilterField label="Filter events" placeholder="Reason, object or message" value={words} onChange={setWords} />
        <p className="quiet">Kubernetes keeps events for an hour or so.</p>
      </div>
      <div className="card">
        {shown.length === 0 ? (
          <Nothing title={events.data.length === 0 ? "No events in the last hour" : "No event matches"} />
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                <th>When</th>
                <th>Reason</th>
                <th>Cluster</th>
                <th>Object</th>
                <th>Message</th>
                <th className="number">Times</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((event) => (
                <tr key={`${event.cluster} ${event.object} ${event.reason} ${event.at} ${event.message}`}>
                  <td className="nowrap quiet">
                    <Moment at={event.at} />
                  </td>
                  <td className="nowrap">
                    <span className="state">
                      {event.type === "Warning" ? (
                        <Mark shape="triangle" tone="warn" />
                      ) : (
                        <Mark shape="ring" tone="idle" />
                      )}
                      <span className="unseen">{event.type}</span>
                      {event.reason}
                    </span>
                  </td>
                  <td>{event.cluster}</td>
                  <td className="event-object">
                    <Identifier value={event.object} />
                  </td>
                  <td className="whole-line">{event.message}</td>
                  <td className="number" data-label="times">
                    {event.count}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
