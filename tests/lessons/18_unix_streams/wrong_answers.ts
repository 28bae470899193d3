import type { WrongAnswers } from "../gates.ts";

const SIZE = "new TextEncoder().encode(path).length";

/** Wrong answers to lesson 18. */
export const wrongAnswers: WrongAnswers = {
  "18.1": [
    {
      name: "only listens",
      replace: [
        "if (!isSocket || await isInUse(path)) throw error;",
        "throw error;",
      ],
      diagnosis: /threw AddrInUse, but no server is listening.*file alone/s,
    },
    {
      name: "removes what's there without looking",
      replace: ["if (!isSocket || await isInUse(path)) throw error;", ""],
      diagnosis: /took the path from a server.*Before you remove anything/s,
    },
    {
      name: "doesn't wait until the file is removed",
      replace: ["await Deno.remove(path)", "Deno.remove(path)"],
      diagnosis: /threw AddrInUse.*`await` it first/s,
    },
    {
      name: "removes the file before it throws",
      replace: [
        `if (!isSocket || await isInUse(path)) throw error;
  }
  await Deno.remove(path);`,
        `const isTaken = !isSocket || await isInUse(path);
    await Deno.remove(path);
    if (isTaken) throw error;
  }`,
      ],
      diagnosis: /other server is still running, but its file is gone/,
    },
    {
      name: "removes a plain file, which refuses a connection too",
      replace: ["!isSocket || ", ""],
      diagnosis: /Connecting to a plain file is refused, too/,
    },
    {
      name: "excludes plain files, and forgets folders",
      replace: [
        `isSocket } = await Deno.lstat(path);
    if (!isSocket`,
        `isFile } = await Deno.lstat(path);
    if (isFile`,
      ],
      diagnosis: /removes an empty folder, too/,
    },
    {
      name: "excludes three kinds of files, and forgets others",
      replace: [
        `isSocket } = await Deno.lstat(path);
    if (!isSocket`,
        `isFile, isDirectory, isSymlink } = await Deno.lstat(path);
    if (isFile || isDirectory || isSymlink`,
      ],
      diagnosis: /FIFO at the path is gone.*more kinds of files/s,
    },
    {
      name: "excludes files and folders, and forgets links",
      replace: [
        `isSocket } = await Deno.lstat(path);
    if (!isSocket`,
        `isFile, isDirectory } = await Deno.lstat(path);
    if (isFile || isDirectory`,
      ],
      diagnosis: /symbolic link at the path is gone.*test for what you may/s,
    },
    {
      name: "turns every error into AddrInUse",
      replace: [
        "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
        `if (!(error instanceof Deno.errors.AddrInUse)) {
      throw new Deno.errors.AddrInUse("can't listen");
    }`,
      ],
      diagnosis: /expected NotFound, got AddrInUse.*Handle only AddrInUse/s,
    },
    {
      name: "returns the error",
      replace: [
        "isInUse(path)) throw error",
        "isInUse(path)) return error",
      ],
      diagnosis: /`throw` the error, so that the caller can catch it/,
    },
    {
      name: "sends a byte to the server that's there",
      replace: [
        'using _conn = await Deno.connect({ transport: "unix", path });',
        `using conn = await Deno.connect({ transport: "unix", path });
    await conn.write(new Uint8Array(1));`,
      ],
      diagnosis: /sent something to the other server/,
    },
    {
      name: "keeps the path of the last call outside the function",
      replace: [
        `await Deno.remove(path);
  // If another server was faster, this throws AddrInUse again.
  return Deno.listen({ transport: "unix", path })`,
        `listenAt.path = path;
  await Deno.remove(path);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return Deno.listen({ transport: "unix", path: listenAt.path })`,
      ],
      diagnosis: /two in use at the same time/,
    },
    {
      name: "leaves the timer running that limits its wait",
      replace: [
        "using _conn",
        "setTimeout(() => {}, 5000);\n    using _conn",
      ],
      diagnosis: /a timer that you started is still running/,
    },
    {
      name: "follows a link, and removes it",
      replace: ["Deno.lstat", "Deno.stat"],
      diagnosis: /symbolic link at the path is gone.*lstat\(\) describes/s,
    },
    {
      name: "follows a link, and removes what it points to",
      replace: [
        `isSocket } = await Deno.lstat(path);
    if (!isSocket || await isInUse(path)) throw error;
  }
  await Deno.remove(path);`,
        `isSocket } = await Deno.stat(path);
    if (!isSocket || await isInUse(path)) throw error;
  }
  await Deno.remove(await Deno.realPath(path));`,
      ],
      diagnosis: /that the link points to is gone.*follow a link/s,
    },
    {
      name: "takes every failure to connect for a stale path",
      replace: [
        "return !(error instanceof Deno.errors.ConnectionRefused)",
        "return false",
      ],
      diagnosis: /datagram socket.*Only ConnectionRefused means that/s,
    },
    {
      name: "leaves its connection open",
      replace: ["using _conn = ", ""],
      diagnosis: /connection that you tested the path with is still open/,
    },
    {
      name: "throws a plain Error when the path is in use",
      replace: [
        "isInUse(path)) throw error",
        'isInUse(path)) throw new Error("in use")',
      ],
      diagnosis: /Callers recognize an error by its class/,
    },
    {
      name: "listens at another path when its own was stale",
      replace: [
        `again.
  return Deno.listen({ transport: "unix", path`,
        `again.
  return Deno.listen({ transport: "unix", path: path + ".new"`,
      ],
      diagnosis: /Listen at `path`, and leave the socket file/,
    },
    {
      name: "returns nothing",
      replace: [
        `return Deno.listen({ transport: "unix", path });
  } catch`,
        `Deno.listen({ transport: "unix", path }).unref();
    return;
  } catch`,
      ],
      diagnosis: /returned undefined.*Return what Deno\.listen\(\) returns/s,
    },
    {
      name: "renames the stale file, and leaves it",
      replace: [
        "await Deno.remove(path);",
        "await Deno.rename(path, `${path}.stale`);",
      ],
      diagnosis: /left a file in the folder: door\.sock\.stale/,
    },
    {
      name: "looks at the path after every error",
      replace: [
        "if (!(error instanceof Deno.errors.AddrInUse)) throw error;",
        "",
      ],
      diagnosis: /expected TypeError, got NotFound.*only then/s,
    },
  ],
  "18.2": [
    {
      name: "counts characters",
      replace: [SIZE, "path.length"],
      diagnosis: /Count bytes, not characters.*path\.length counts UTF-16/s,
    },
    {
      name: "allows 108",
      replace: ["<= 107", "<= 108"],
      diagnosis: /last one is a zero, so 107 are left/,
    },
    {
      name: "excludes 107 itself",
      replace: ["<= 107", "< 107"],
      diagnosis: /107 bytes still fit/,
    },
    {
      name: "counts two bytes for each code unit",
      replace: [SIZE, "2 * path.length"],
      diagnosis: /It's two bytes in UTF-16/,
    },
    {
      name: "counts two bytes for all that isn't ASCII",
      replace: [SIZE, 'path.replace(/[^\\0-\\x7f]/gu, "xx").length'],
      diagnosis: /one, two, three, or four bytes/,
    },
    {
      name: "normalizes the path first",
      replace: ["encode(path)", 'encode(path.replaceAll("/./", "/"))'],
      diagnosis: /as it's given/,
    },
    {
      name: "normalizes the path's characters",
      replace: ["encode(path)", 'encode(path.normalize("NFC"))'],
      diagnosis: /as it's given/,
    },
    {
      name: "trims the path first",
      replace: ["encode(path)", "encode(path.trim())"],
      diagnosis: /as it's given/,
    },
    {
      name: "escapes the path as in a URL",
      replace: [SIZE, 'encodeURI(path).replace(/%[89A-F]./g, "x").length'],
      diagnosis: /Paths aren't escaped/,
    },
    {
      name: "counts only the file's name",
      replace: ["encode(path)", 'encode(path.split("/").at(-1))'],
      diagnosis: /including the folder/,
    },
    {
      name: "says whether the path is too long",
      replace: ["<= 107", "> 107"],
      diagnosis: /Return true if the path fits/,
    },
  ],
};
