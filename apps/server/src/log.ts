type Fields = Readonly<Record<string, unknown>>;

/** Where the server says what happens; one JSON object per line. Never give it a token, a code or a body. */
export interface Log {
  info(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** @param write takes one line without its end */
export function jsonLog(write: (line: string) => void): Log {
  const entry = (level: string, message: string, fields: Fields) =>
    write(
      JSON.stringify({ at: new Date().toISOString(), level, message, ...fields }, (_, value: unknown) =>
        value instanceof Error ? describeError(value) : value,
      ),
    );
  return {
    info: (message, fields = {}) => entry("info", message, fields),
    error: (message, fields = {}) => entry("error", message, fields),
  };
}

function describeError(error: Error): unknown {
  return { name: error.name, stack: error.stack, ...(error.cause === undefined ? {} : { cause: error.cause }) };
}
