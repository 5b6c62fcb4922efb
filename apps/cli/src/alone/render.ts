import { render } from "../commands/render.ts";
import { alone } from "./alone.ts";

export const main = alone(render);
