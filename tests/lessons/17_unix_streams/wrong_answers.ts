/** Wrong answers to the exercises of lesson 17, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";

type ListenAt = (path: string) => Promise<Deno.UnixListener>;
type PathFits = (path: string) => boolean;

const { AddrInUse, ConnectionRefused, NotFound } = Deno.errors;

/** Wrong answers to 17.1. */
export const listenAtMistakes: WrongAnswer<ListenAt>[] = [
  {
    name: "removes what is there without a look",
    async attempt(path) {
      await Deno.remove(path).catch(() => {});
      return listen(path);
    },
    diagnosis: /took the path from a server that is alive/,
  },
  {
    name: "takes AddrInUse for a stale path",
    async attempt(path) {
      try {
        return listen(path);
      } catch (error) {
        if (!(error instanceof AddrInUse)) throw error;
        await Deno.remove(path);
        return listen(path);
      }
    },
    diagnosis: /Ask before anything is removed/,
  },
  {
    name: "only listens",
    attempt: (path) => Promise.resolve().then(() => listen(path)),
    diagnosis: /threw AddrInUse, and nobody is there.*file alone/s,
  },
  {
    name: "knocks at a plain file, which refuses, and removes it",
    async attempt(path) {
      if (!await isRefused(path)) throw new AddrInUse("taken");
      await Deno.remove(path).catch(() => {});
      return listen(path);
    },
    diagnosis: /plain file refuses a connection as well/,
  },
  {
    name: "asks for a file, and forgets the folder",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      if (found.isFile || !await isRefused(path)) throw new AddrInUse("taken");
      await Deno.remove(path);
      return listen(path);
    },
    diagnosis: /takes an empty folder as well/,
  },
  {
    name: "follows a link, and removes it",
    async attempt(path) {
      try {
        return listen(path);
      } catch (error) {
        if (!(error instanceof AddrInUse)) throw error;
        const { isSocket } = await Deno.stat(path);
        if (!isSocket || !await isRefused(path)) throw error;
      }
      await Deno.remove(path);
      return listen(path);
    },
    diagnosis: /symbolic link at the path is gone.*lstat\(\) tells/s,
  },
  {
    name: "follows a link, and removes what it leads to",
    async attempt(path) {
      try {
        return listen(path);
      } catch (error) {
        if (!(error instanceof AddrInUse)) throw error;
        const real = await Deno.realPath(path);
        const { isSocket } = await Deno.lstat(real);
        if (!isSocket || !await isRefused(real)) throw error;
        await Deno.remove(real);
      }
      return listen(path);
    },
    diagnosis: /that the link leads to is gone.*follow a link/s,
  },
  {
    name: "takes all that is no file and no folder for a socket",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      if (found.isFile || found.isDirectory || !await isRefused(path)) {
        throw new AddrInUse("taken");
      }
      await Deno.remove(path);
      return listen(path);
    },
    diagnosis: /symbolic link at the path is gone/,
  },
  {
    name: "takes every failure to connect for nobody",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      if (!found.isSocket) throw new AddrInUse("no socket");
      const isAlive = await Deno.connect({ transport: "unix", path }).then(
        (conn) => {
          conn.close();
          return true;
        },
        () => false,
      );
      if (isAlive) throw new AddrInUse("taken");
      await Deno.remove(path);
      return listen(path);
    },
    diagnosis: /datagram socket.*Only ConnectionRefused means that/s,
  },
  {
    name: "leaves the connection open by which it knocked",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      if (!found.isSocket) throw new AddrInUse("no socket");
      try {
        await Deno.connect({ transport: "unix", path });
      } catch (error) {
        if (!(error instanceof ConnectionRefused)) throw new AddrInUse("taken");
        await Deno.remove(path);
        return listen(path);
      }
      throw new AddrInUse("taken");
    },
    diagnosis: /by which you asked whether anybody is there is still open/,
  },
  {
    name: "says in an error of its own that the path is taken",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      if (!found.isSocket || !await isRefused(path)) {
        throw new Error(`${path} is taken`);
      }
      await Deno.remove(path);
      return listen(path);
    },
    diagnosis: /decides by the class of an error/,
  },
  {
    name: "removes the file, and puts none back, before it gives up",
    async attempt(path) {
      const found = await lookAt(path);
      if (found === undefined) return listen(path);
      const refused = await isRefused(path);
      await Deno.remove(path);
      if (refused) return listen(path);
      throw new AddrInUse("taken");
    },
    diagnosis: /other server listens, and its file is gone/,
  },
  {
    name: "takes another path when its own is taken",
    async attempt(path) {
      try {
        return listen(path);
      } catch {
        if (!await isRefused(path)) throw new AddrInUse("taken");
        await Deno.remove(path);
        const listener = listen(path);
        await Deno.rename(path, `${path}.new`);
        return listener;
      }
    },
    diagnosis: /Listen at the path that listenAt\(\) was given/,
  },
  {
    name: "returns nothing",
    attempt: (path) => {
      const listener = listen(path);
      setTimeout(() => listener.close(), 0);
      return Promise.resolve() as unknown as Promise<Deno.UnixListener>;
    },
    diagnosis: /gave undefined.*Return what Deno\.listen\(\) gives/s,
  },
];

function listen(path: string): Deno.UnixListener {
  return Deno.listen({ transport: "unix", path });
}

/** Knocks, and does it right. */
async function isRefused(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof ConnectionRefused || error instanceof NotFound;
  }
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
}

/** Wrong answers to 17.2. */
export const pathFitsMistakes: WrongAnswer<PathFits>[] = [
  {
    name: "counts the units of UTF-16",
    attempt: (path) => path.length <= 107,
    diagnosis: /path\.length counts neither/,
  },
  {
    name: "counts characters",
    attempt: (path) => [...path].length <= 107,
    diagnosis: /Bytes count, and not characters/,
  },
  {
    name: "takes 108 for the limit",
    attempt: (path) => sizeOf(path) <= 108,
    diagnosis: /last one is for the zero at the end/,
  },
  {
    name: "leaves out 107 itself",
    attempt: (path) => sizeOf(path) < 107,
    diagnosis: /107 still fit/,
  },
  {
    name: "counts two bytes for every unit",
    attempt: (path) => 2 * path.length <= 107,
    diagnosis: /Two bytes each are UTF-16/,
  },
  {
    name: "counts two bytes for all that is not ASCII",
    attempt: (path) =>
      [...path].reduce((size, one) => size + (one > "\x7f" ? 2 : 1), 0) <= 107,
    diagnosis: /four bytes in UTF-8.*not the only possibilities/s,
  },
  {
    name: "escapes the path as a URL",
    attempt: (path) => encodeURI(path).replace(/%[89A-F]./g, "x").length <= 107,
    diagnosis: /Nothing is escaped in a path/,
  },
  {
    name: "looks at the file's name only",
    attempt: (path) => sizeOf(path.split("/").at(-1)!) <= 106,
    diagnosis: /the folder too/,
  },
  {
    name: "says whether it is too long",
    attempt: (path) => sizeOf(path) > 107,
    diagnosis: /Return true for what fits/,
  },
];

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
