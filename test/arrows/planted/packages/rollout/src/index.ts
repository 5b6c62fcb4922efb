import { connect } from "../../kube/src/inside.ts";

export const broken = connect;
