import type { ServiceSummary } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Icon } from "../elements/icon.tsx";
import { Mark } from "../elements/mark.tsx";
import { healthAppearance } from "../elements/states.ts";
import "./service-search.css";

const most = 8;

/** Names that begin with the words first, then names that contain them, then owners and descriptions. */
function findServices(services: readonly ServiceSummary[], words: string): readonly ServiceSummary[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const ranks: ServiceSummary[][] = [[], [], []];
  for (const service of services) {
    if (service.name.startsWith(wanted)) ranks[0]?.push(service);
    else if (service.name.includes(wanted)) ranks[1]?.push(service);
    else if (`${service.owner ?? ""} ${service.description}`.toLowerCase().includes(wanted)) ranks[2]?.push(service);
  }
  return ranks.flat().slice(0, most);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

/** Goes to a service by its name from anywhere: `/` or Ctrl-K, a few letters, Enter. */
export function ServiceSearch() {
  const client = useClient();
  const environment = useEnvironment();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const services = useQuery({ ...queries.services(client, environment), enabled: open });
  const found = findServices(services.data ?? [], words);
  const shown = open && words.trim() !== "";

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const slash = event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey;
      if (!slash && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const go = (service: ServiceSummary | undefined) => {
    if (service === undefined) return;
    setOpen(false);
    setWords("");
    field.current?.blur();
    void navigate({ to: "/services/$service", params: { service: service.name } });
  };

  return (
    <search className="service-search">
      <Icon name="search" />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Go to a service"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && found.length > 0 ? `${list}-${active}` : undefined}
        placeholder="Go to a service"
        autoComplete="off"
        spellCheck={false}
        value={words}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          setWords(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            setActive((active + step + found.length) % Math.max(1, found.length));
          } else if (event.key === "Enter") go(found[active]);
          else if (event.key === "Escape") {
            setWords("");
            field.current?.blur();
          }
        }}
      />
      <span className="service-search-key">/</span>
      <div id={list} role="listbox" aria-label="Services" className="service-search-list card" hidden={!shown}>
        {found.map((service, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active option
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
          <div
            key={service.name}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onMouseEnter={() => setActive(index)}
            onClick={() => go(service)}
          >
            <Mark {...healthAppearance[service.health]} />
            <span className="service-search-name">{service.name}</span>
            <span className="quiet">{service.owner ?? ""}</span>
            <span className="unseen">{healthAppearance[service.health].word}</span>
          </div>
        ))}
        {shown && found.length === 0 && (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div role="option" aria-selected={false} aria-disabled="true" className="quiet">
            {services.data === undefined ? "Looking" : `No service matches “${words.trim()}”`}
          </div>
        )}
      </div>
    </search>
  );
}
