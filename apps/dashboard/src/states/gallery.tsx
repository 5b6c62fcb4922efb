/**
 * Every state of every screen, each alone, from the fixtures of the browser tests: `npm run states -w apps/dashboard`.
 * Served in development only; it is not part of the build.
 */
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "../styles/tokens.css";
import "../styles/base.css";
import "../data/parse-without-eval.ts";
import { createClient } from "@fairway/api";
import { createMemoryHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { respond, type ScreenState, screenStates } from "../../fixtures/index.ts";
import { App } from "../app.tsx";

function State({ state }: { readonly state: ScreenState }) {
  const world = state.world();
  const client = createClient({
    baseUrl: "",
    fetch: async (input, init) =>
      (await respond(world, new Request(input, init))) ?? new Response("not of the API", { status: 404 }),
  });
  return <App client={client} history={createMemoryHistory({ initialEntries: [state.path] })} />;
}

function List() {
  return (
    <main>
      <h1>States</h1>
      <ul>
        {screenStates.map(({ name }) => (
          <li key={name}>
            <a href={`/states.html?state=${name}`}>{name}</a>
          </li>
        ))}
      </ul>
    </main>
  );
}

const wanted = new URLSearchParams(location.search).get("state");
const chosen = screenStates.find(({ name }) => name === wanted);
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(chosen === undefined ? <List /> : <State state={chosen} />);
