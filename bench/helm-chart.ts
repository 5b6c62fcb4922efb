import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** As `helm create` writes them: the labels of all objects are said once. */
const helpers = `{{- define "service.labels" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Values.manager }}
fairway.dev/service: {{ .Release.Name }}
fairway.dev/environment: {{ .Values.environment }}
{{- end }}
`;

/**
 * Writes a chart whose templates give the same objects as these documents: one file for each object, its labels by an
 * include, its names by the release, sizes and addresses by values.
 */
export async function writeChart(folder: string, service: string, documents: string): Promise<void> {
  await mkdir(path.join(folder, "templates"), { recursive: true });
  await writeFile(path.join(folder, "Chart.yaml"), `apiVersion: v2\nname: ${service}\nversion: 0.1.0\n`);
  await writeFile(
    path.join(folder, "values.yaml"),
    `environment: prod\nmanager: fairway\nimage:\n  prefix: snapshot.fairway.dev\nport: 8080\ndomain: example.com\n`,
  );
  await writeFile(path.join(folder, "templates/_helpers.tpl"), helpers);
  const labels = new RegExp(
    `^( *)app\\.kubernetes\\.io/name: ${service}\\n *app\\.kubernetes\\.io/managed-by: fairway\\n *fairway\\.dev/service: ${service}\\n *fairway\\.dev/environment: prod$`,
    "gm",
  );
  for (const [at, document] of documents
    .split(/^---\n/m)
    .filter(Boolean)
    .entries()) {
    const template = document
      .replace(labels, (_, indent: string) => `${indent}{{- include "service.labels" . | nindent ${indent.length} }}`)
      .replaceAll("snapshot.fairway.dev", "{{ .Values.image.prefix }}")
      .replaceAll("example.com", "{{ .Values.domain }}")
      .replaceAll("8080", "{{ .Values.port }}")
      .replaceAll(new RegExp(`\\b${service}\\b`, "g"), "{{ .Release.Name }}");
    await writeFile(path.join(folder, `templates/object-${String(at).padStart(2, "0")}.yaml`), template);
  }
}
