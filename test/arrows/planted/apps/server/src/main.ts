export const main = "an app";
