export { type TemporaryDatabase, temporaryDatabase } from "./temporary-database.ts";
