/** The built-in profile as a file: what a platform owner begins with. It says what holds anyway. */
export const builtinProfileText = `# What holds for every service of this platform. A file may leave anything out: it then holds as it stands here.
# Every field: fairway help profile

# A service's namespace; "{service}-{environment}" where a cluster serves several environments.
namespace = "{service}"
# How far pods are held in: restricted, baseline, privileged (Pod Security Standards of Kubernetes).
security = "restricted"

# What one replica requests. The limit is the request times the factor of [limits]: room for bursts.
[sizes]
small = { cpu = "100m", memory = "128Mi" }
medium = { cpu = "250m", memory = "512Mi" }
large = { cpu = "1", memory = "2Gi" }
xlarge = { cpu = "2", memory = "4Gi" }

[limits]
cpu = 4
memory = 2

# What one service may request of a cluster, so that a typo ends there; false: no bound.
[quota]
cpu = "200"
memory = "800Gi"
pods = 500

# What services' images stand on; {version} is the engine's.
[bases]
node = { image = "docker.io/library/node:{version}-slim", version = "24" }
golang = { image = "gcr.io/distroless/static-debian12:nonroot" }
python = { image = "docker.io/library/python:{version}-slim", version = "3.14" }
php = { image = "docker.io/library/php:{version}-cli", version = "8.5" }

[images]
# Larger ones are told.
warning = "512Mi"
# Beginnings of references that app.toml may name; none: any.
allowed = []

# Paths of checks for services that name none; false: no such check.
[health]
live = false
ready = false
startup = false

# Prometheus, which [deploy] analysis asks.
[metrics]
url = false

# On every object and pod; {service}, {owner}, {environment} and {cluster} are filled in.
[labels]

[annotations]

# How public addresses are reached: an Ingress, or an HTTPRoute at a Gateway.
[public]
via = "ingress"
class = false
gateway = false
domains = []
certificate = false

# What the owner team may do in its services' namespaces; access = false: nothing.
[access]
role = "view"
group = "{owner}"

[network]
policies = true
gateways = []
platform = []
internal = []

# What teams may do to objects themselves.
[kubernetes]
patches = [
  "ConfigMap", "CronJob", "Deployment", "HorizontalPodAutoscaler", "HTTPRoute", "Ingress", "Job", "NetworkPolicy",
  "PodDisruptionBudget", "Service", "ServiceAccount",
]
objects = ["ConfigMap", "CronJob", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Service"]

# What every service must be, in your own words:
# [[rules]]
# name = "owner"
# environments = ["prod"]
# field = "owner"
# present = true
# message = "in prod somebody must own a service"

# What differs: [envs.<name>], over it [clusters.<name>], over that [services.<name>].
# [envs.staging.quota]
# pods = 50
`;
