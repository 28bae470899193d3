/** The exercises of lesson 18. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkListenAt } from "./checks/listen_at.ts";
import { checkPathFits } from "./checks/path_fits.ts";
import * as solution from "./solution.ts";
import type { ListenAt, PathFits } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ListenAt>({
    id: "18.1",
    title: "Listen where a server was killed",
    passed: "It removes a socket that nobody serves, and nothing else.",
    real: "lib/net/listen_unix.ts",
    solution: solution.listenAt,
    hints: [
      "A stale socket file must go, and everything else must stay. How can you " +
      "tell a socket that a server is listening on from one that's stale?",
      "Start with `Deno.listen()`. If it throws AddrInUse, see what's there " +
      "(`Deno.lstat(path)`), and try to connect (`Deno.connect()`). Only if " +
      "it's a socket and the connection is refused, remove it and listen again. " +
      "Otherwise, throw the AddrInUse that you have.",
      "Almost the code:\n" +
      "    try {\n" +
      '      return Deno.listen({ transport: "unix", path });\n' +
      "    } catch (error) {\n" +
      "      if (!(error instanceof Deno.errors.AddrInUse)) throw error;\n" +
      "      const { isSocket } = await Deno.lstat(path);\n" +
      "      if (!isSocket || await isInUse(path)) throw error;\n" +
      "    }\n" +
      "    // remove, and listen again\n" +
      "where isInUse() connects and closes: true if that works, and true for " +
      "every error except ConnectionRefused.",
    ],
    read: "A path that nobody is behind",
    check: checkListenAt,
  }),
  exercise<PathFits>({
    id: "18.2",
    pure: true,
    title: "Room for a path",
    passed: "It counts bytes, as the kernel does.",
    real: "lib/net/unix_path.ts",
    solution: solution.pathFits,
    hints: [
      "The kernel's field has room for bytes. How many bytes is a `ü`?",
      "Turn the path into the bytes that the kernel gets, and count those. A " +
      "`TextEncoder` makes UTF-8.",
      "Almost the code:\n" +
      "    const bytes = new TextEncoder().encode(path);\n" +
      "Then compare bytes.length with 107, which still fits.",
    ],
    read: "How long a path may be",
    check: checkPathFits,
  }),
];
