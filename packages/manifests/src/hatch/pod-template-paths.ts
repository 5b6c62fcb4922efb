/** Where the kinds that make pods keep the template of these. */
export const podTemplatePaths: readonly (readonly string[])[] = [
  ["spec", "template"],
  ["spec", "jobTemplate", "spec", "template"],
];
