/**
 * Lines of a byte stream, without their ends. A line longer than `limit` characters comes in pieces, so that a process
 * that never ends its line cannot fill the memory.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Of the line that has not ended yet: joined and searched once, not again with each chunk.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      yield `${pieces.join("")}${text.slice(start, end)}`.replace(/\r$/, "");
      pieces = [];
      length = 0;
      start = end + 1;
    }
    pieces.push(text.slice(start));
    length += text.length - start;
    if (length <= limit) continue;
    let rest = pieces.join("");
    for (; rest.length > limit; rest = rest.slice(limit)) yield rest.slice(0, limit);
    pieces = [rest];
    length = rest.length;
  }
  const rest = pieces.join("") + decoder.decode();
  if (rest !== "") yield rest;
}
