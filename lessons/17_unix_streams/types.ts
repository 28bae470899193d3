/** The type of 17.1. */
export type ListenAt = (path: string) => Promise<Deno.UnixListener>;

/** The type of 17.2. */
export type PathFits = (path: string) => boolean;
