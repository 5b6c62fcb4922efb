/** Replaced by the bundler with what package.json says. */
declare const FAIRWAY_VERSION: string;

export const version = FAIRWAY_VERSION;
