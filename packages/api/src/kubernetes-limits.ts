/** Most files of `kubernetes/` beside an app.toml, and the most characters that all of them have together. */
export const kubernetesLimits = { files: 50, characters: 1_048_576 } as const;
/** Names of files that may lie there. */
export const kubernetesFileName = /^[A-Za-z0-9._-]{1,100}\.(ya?ml|json)$/;
