import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Button } from "../elements/button.tsx";
import { Command } from "../elements/copying.tsx";
import { Choice, FilterField } from "../elements/field.tsx";
import { Mark } from "../elements/mark.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { healthAppearance, healths } from "../elements/states.ts";
import { FirstService } from "./first-service.tsx";
import { narrowServices, ownersOf, parseServicesSearch, type ServicesSearch, serviceKinds } from "./services-search.ts";
import { ServicesTable, ServicesTableSkeleton } from "./services-table.tsx";
import "./services-page.css";

const none: readonly [] = [];

export function ServicesPage() {
  usePageTitle("Services");
  const client = useClient();
  const environment = useEnvironment();
  const search = useSearch({ from: "/shell/services" });
  const navigate = useNavigate({ from: "/services" });
  const services = useQuery(queries.services(client, environment));
  const all = services.data ?? none;
  // Typing stays quick: the rows may come a frame later than the letters.
  const settled = useDeferredValue(search);
  const { rows, count } = useMemo(() => narrowServices(all, settled), [all, settled]);
  const owners = useMemo(() => ownersOf(all), [all]);

  const narrow = (change: ServicesSearch) => {
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  };
  const clear = () =>
    void navigate({
      search: ({ environment: kept }) => (kept === undefined ? {} : { environment: kept }),
      replace: true,
    });
  const narrowed = Object.keys(parseServicesSearch({ ...search, sort: undefined })).length > 0;
  const troubled = count.down + count.degraded;

  if (services.data === undefined && services.error !== null) {
    return (
      <>
        <PageHead title="Services" />
        <ProblemPanel error={services.error} retry={() => void services.refetch()} />
      </>
    );
  }
  if (services.data?.length === 0) {
    return (
      <>
        <PageHead title="Services" />
        <FirstService />
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Services"
        beside={
          services.data !== undefined && (
            <>
              <p className="quiet" aria-live="polite">
                {rows.length === all.length ? all.length : `${rows.length} of ${all.length}`}
                {troubled > 0 && (
                  <>
                    {", "}
                    <Link to="/services" search={{ ...search, sort: "health" }} replace>
                      {troubled} in trouble
                    </Link>
                  </>
                )}
              </p>
              {narrowed && (
                <Button look="quiet" onClick={clear}>
                  Clear filters
                </Button>
              )}
            </>
          )
        }
        actions={<Command text="fairway services" />}
      />
      <div className="services-filters">
        <FilterField
          label="Filter services"
          placeholder="Name, owner or trouble"
          value={search.q ?? ""}
          onChange={(q) => narrow({ q: q === "" ? undefined : q })}
        />
        <Choice
          label="Owner"
          all="Every owner"
          value={search.owner}
          values={owners}
          onChange={(owner) => narrow({ owner })}
        />
        <Choice
          label="Kind"
          all="Every kind"
          value={search.kind}
          values={serviceKinds}
          onChange={(kind) => narrow({ kind: parseServicesSearch({ kind }).kind })}
        />
        <fieldset className="health-filter">
          <legend className="unseen">Health</legend>
          {healths.map((health) => (
            <button
              key={health}
              type="button"
              aria-pressed={search.health === health}
              onClick={() => narrow({ health: search.health === health ? undefined : health })}
            >
              <Mark {...healthAppearance[health]} />
              {healthAppearance[health].word}
              <span className="health-count">{count[health]}</span>
            </button>
          ))}
        </fieldset>
      </div>
      {services.data === undefined ? (
        <ServicesTableSkeleton />
      ) : (
        <ServicesTable
          rows={rows}
          sort={search.sort ?? "name"}
          onSort={(sort) => narrow({ sort: sort === "name" ? undefined : sort })}
          empty={
            <Nothing title="No service matches">
              <Button onClick={clear}>Clear filters</Button>
            </Nothing>
          }
        />
      )}
    </>
  );
}
