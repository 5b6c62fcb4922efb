/** Where embedded clusters find what they unpack: no registry has it. */
const host = "snapshot.fairway.dev/";

/** The image of a snapshot for embedded clusters. @param snapshot `sha256:<hex>` */
export function unpackedImage(service: string, snapshot: string): string {
  return `${host}${service}@${snapshot}`;
}

/** Whether embedded clusters alone can run it. */
export function isUnpacked(image: string): boolean {
  return image.startsWith(host);
}
