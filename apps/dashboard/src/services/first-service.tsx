import { Command } from "../elements/copying.tsx";
import "./first-service.css";

const appToml = `printf 'name = "hello"\\ndescription = "says hello"\\n[engine]\\nname = "node"\\n' > app.toml`;
const program = `echo 'require("http").createServer((_, r) => r.end("hello")).listen(process.env.PORT)' > index.js`;

/** The three lines that deploy a first service. */
export function FirstService() {
  return (
    <section className="first card">
      <h2>Deploy your first service</h2>
      <p className="quiet">In an empty folder; nothing else is needed.</p>
      <ol>
        <li>
          <Command text={appToml} />
        </li>
        <li>
          <Command text={program} />
        </li>
        <li>
          <Command text="fairway deploy" />
        </li>
      </ol>
      <p className="quiet">It appears here while it rolls out. Every field of app.toml: fairway help app.toml</p>
    </section>
  );
}
