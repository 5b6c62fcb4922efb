/** The addresses of other services are made by the platform, whatever those are called. */
export function isAddressVariable(name: string): boolean {
  return /^SERVICE_[A-Z0-9_]+_URL$/.test(name);
}
