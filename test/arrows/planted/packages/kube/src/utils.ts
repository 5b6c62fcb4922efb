import { connect } from "./inside.ts";

export const other = () => connect;
