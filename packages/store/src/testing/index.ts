export { emptyTables } from "./empty-tables.ts";
export { type TemporaryDatabase, temporaryDatabase } from "./temporary-database.ts";
