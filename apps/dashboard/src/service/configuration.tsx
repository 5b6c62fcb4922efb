import { useState } from "react";
import { Identifier } from "../elements/copying.tsx";
import { FilterField } from "../elements/field.tsx";
import { Nothing } from "../elements/page.tsx";
import { useService } from "./service-context.ts";
import "../elements/data-table.css";
import "./tab.css";

/** Environment variables as the process sees them. */
export function Configuration() {
  const service = useService();
  const [words, setWords] = useState("");
  const variables = Object.entries(service.env).sort(([one], [other]) => (one < other ? -1 : 1));
  const wanted = words.trim().toLowerCase();
  const shown = variables.filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(wanted));
  return (
    <>
      <div className="tab-tools">
        <FilterField label="Filter variables" placeholder="Name or value" value={words} onChange={setWords} />
        <p className="quiet">As the process sees them. PORT is given to each pod when it starts.</p>
      </div>
      <div className="card">
        {shown.length === 0 ? (
          <Nothing title={variables.length === 0 ? "No variables: app.toml has no [env]" : "No variable matches"} />
        ) : (
          <table className="data-table">
            <thead>
              <tr>
                <th>Name</th>
                <th>Value</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(([name, value]) => (
                <tr key={name}>
                  <td>
                    <Identifier value={name} />
                  </td>
                  <td className="mono variable-value whole-line">
                    {value === "" ? <span className="quiet">empty</span> : value}
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
