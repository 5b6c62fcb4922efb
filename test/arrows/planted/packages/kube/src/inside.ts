import { main } from "../../../apps/server/src/main.ts";
import { other } from "./utils.ts";

export const connect = [main, other];
