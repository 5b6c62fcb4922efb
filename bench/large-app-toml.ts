/**
 * A service that uses most of what app.toml has, about as large as services are whose manifests are 40 KB.
 *
 * @param crons each is some 2.5 KB of manifests
 */
export function largeAppToml(name: string, crons: number): string {
  const many = (count: number, text: (number: number) => string) => Array.from({ length: count }, (_, at) => text(at));
  return [
    `name = "${name}"
description = "sells things"
kind = "business"
owner = "${name}-team"
oncall = "#${name}-oncall"
replicas = { min = 2, max = 10, cpu = 70 }

[engine]
name = "node"
version = "24"
size = "medium"

[run]
command = "node server.js"
grace = "30s"

[health]
live = "/live"
ready = "/ready"

[metrics]
path = "/metrics"
port = 9090

[slo]
availability = 99.9
latency = "300ms"
window = "30d"

[env]`,
    ...many(40, (at) => `SETTING_${at} = "what the service reads as number ${at}"`),
    ...many(12, (at) => `\n[[dependencies]]\nname = "service-${at}"\ntimeout = "500ms"\nretries = 1`),
    '\n[[dependencies]]\nname = "pay"\nexternal = "https://pay.example.com"',
    ...many(4, (at) => `\n[[public]]\nhost = "${name}-${at}.example.com"`),
    ...many(
      crons,
      (at) =>
        `\n[[crons]]\nname = "job-${at}"\nschedule = "${at} 3 * * *"\ncommand = "node jobs/${at}.js"\ndeadline = "10m"`,
    ),
    "\n[envs.staging]\nreplicas = 1\n",
  ].join("\n");
}
