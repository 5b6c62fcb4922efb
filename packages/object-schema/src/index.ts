export { checkFields, type FieldProblem } from "./check-fields.ts";
export * from "./json.ts";
export { applyJsonPatch } from "./json-patch.ts";
export { shapeOfKind } from "./kind-shapes.ts";
export { applyMergePatch } from "./merge-patch.ts";
export { PatchError } from "./patch-error.ts";
export type * from "./shape.ts";
export { shapesOf } from "./shape.ts";
export { applyStrategicMergePatch } from "./strategic-merge-patch.ts";
