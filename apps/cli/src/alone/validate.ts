import { validate } from "../commands/validate.ts";
import { alone } from "./alone.ts";

export const main = alone(validate);
