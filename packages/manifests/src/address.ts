/** What an address may be made of. */
export interface AddressParts {
  readonly service: string;
  readonly namespace: string;
  /** The service's platform-wide number; undefined when it is not known. */
  readonly number: number | undefined;
}

export class AddressError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AddressError";
  }
}

const placeholder = /\{([^{}]*)\}/g;
const sum = /^(?:(\d{1,5})\+)?number$/;

/**
 * A service's address in one cluster: `http://{service}.{namespace}.svc.cluster.local`, `http://127.0.0.1:{21000+number}`.
 * Throws `AddressError` when the template has another placeholder, or needs a number that is not known.
 */
export function resolveAddress(template: string, parts: AddressParts): string {
  return template.replaceAll(placeholder, (_, name: string) => {
    if (name === "service") return parts.service;
    if (name === "namespace") return parts.namespace;
    const match = sum.exec(name);
    if (match === null) throw new AddressError(`unknown placeholder {${name}} in the address template ${template}`);
    if (parts.number === undefined) throw new AddressError(`the service ${parts.service} has no number yet`);
    return String(Number(match[1] ?? 0) + parts.number);
  });
}

/** Why a text is no address template, in one sentence; undefined when it is one. */
export function addressTemplateIssue(template: string): string | undefined {
  let sample: string;
  try {
    sample = resolveAddress(template, { service: "user", namespace: "user", number: 1 });
  } catch (error) {
    if (error instanceof AddressError) return error.message;
    throw error;
  }
  return /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[!-z|~]*)?$/.test(sample)
    ? undefined
    : `an address template is an http:// or https:// address with {service}, {namespace} or {number}, not ${template}`;
}
