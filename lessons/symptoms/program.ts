import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** Errors that say something about your own program. */
export const program: Symptom[] = [
  {
    id: "interrupted",
    title: "A waiting call is interrupted",
    deno: "`Interrupted`",
    classes: ["Interrupted"],
    codes: ["EINTR", "ECANCELED"],
    numbers: { windows: 10004 },
    wording: {
      deno: ["operation canceled"],
      node: ["Interrupted system call"],
      browser: ["a blocking operation was interrupted"],
    },
    asked: [
      "operation canceled",
      "interrupted system call in accept or recv",
      "close a socket from another thread while recv is blocked",
    ],
    means: "you closed the socket while the call waited",
    todo: "nothing, if you meant to close it",
    causes: [
      {
        because: "Your code called close() while a read or write was pending.",
        tell: "search for close() on that connection, and for `using`",
        fix: "If that's how you stop, catch Interrupted there.",
      },
      {
        because: "In C: a signal came during the call (EINTR).",
        fix: "Call it again.",
      },
    ],
    lesson: "07_closing",
    heading: "What a closed socket tells you",
  },
  {
    id: "bad-resource",
    title: "Bad resource ID, or bad file descriptor",
    deno: "`BadResource`",
    classes: ["BadResource", "ClosedResourceError"],
    codes: ["EBADF", "ERR_SOCKET_CLOSED", "ERR_SOCKET_DGRAM_NOT_RUNNING"],
    numbers: { linux: 9, macos: 9, windows: 10038 },
    wording: {
      deno: ["Bad resource ID", "Listener has been closed"],
      node: ["Bad file descriptor", "Not running"],
      browser: ["use of closed network connection", "Socket is closed"],
    },
    asked: [
      "bad file descriptor",
      "use of closed network connection",
      "socket is closed, accept fails after close",
    ],
    means: "you used a socket after you closed it",
    todo: "fix the program: close in one place only",
    causes: [
      {
        because: "Two places close the same socket, or one closes it while " +
          "another still uses it.",
        tell: "print the stack in both places",
        fix: "Let the code that opens it close it, with `using`.",
      },
      {
        because: "From accept(): you closed the listener, to stop.",
        fix: "End the accept loop when you see it.",
      },
    ],
    lesson: "07_closing",
    heading: "What a closed socket tells you",
  },
  {
    id: "write-after-end",
    title: "Write after end",
    deno: "`BrokenPipe` after `closeWrite`",
    codes: [
      "ERR_STREAM_WRITE_AFTER_END",
      "ERR_STREAM_DESTROYED",
      "ESHUTDOWN",
      "ERR_STREAM_ALREADY_FINISHED",
    ],
    numbers: { linux: 108, macos: 58, windows: 10058 },
    wording: {
      node: [
        "write after end",
        "Cannot call write after a stream was destroyed",
      ],
      browser: ["Cannot send after transport endpoint shutdown"],
    },
    asked: [
      "write after end",
      "cannot send after shutdown",
      "cannot call write after a stream was destroyed",
    ],
    means: "you wrote after you had closed your write side",
    todo: "write everything first, and call closeWrite() last",
    causes: [
      {
        because:
          "end(), closeWrite(), or shutdown() ran before the last write.",
        tell: "log both; a forgotten await is the usual reason",
        fix: "Await every write before you end your side.",
      },
    ],
    lesson: "07_closing",
    heading: "Each direction has its own end",
  },
  {
    id: "busy",
    title: "Two calls at once on one socket",
    deno: "`Busy`",
    classes: ["Busy"],
    codes: ["EBUSY"],
    wording: { deno: ["Another accept task is ongoing"] },
    asked: [
      "another accept task is ongoing",
      "two loops accept on the same listener",
    ],
    means: "you called accept() while another accept() was waiting",
    todo: "fix the program: accept in one loop only",
    causes: [
      {
        because: "Two loops, or a forgotten await, call accept() at once.",
        tell: "search for accept()",
        fix: "One `for await (const conn of listener)` for each listener.",
      },
    ],
    lesson: "06_many_clients",
    heading: "Start each handler, and keep accepting",
  },
  {
    id: "too-many-files",
    title: "Too many open files",
    deno: "`Error` with the code EMFILE",
    codes: ["EMFILE", "ENFILE", "ERR_INSUFFICIENT_RESOURCES"],
    numbers: { linux: 24, macos: 24, windows: 10024 },
    wording: {
      deno: ["Too many open files"],
      node: ["accept EMFILE", "connect EMFILE"],
    },
    asked: [
      "too many open files",
      "server stops accepting after about 1000 connections",
      "file descriptor leak, ulimit",
      "sockets stay in CLOSE_WAIT",
    ],
    means: "the process has used up its file descriptors",
    todo: "close what you open; if that's not enough, raise the limit",
    causes: [
      {
        because: "Sockets leak: some path doesn't close, often after an error.",
        tell: "ls /proc/PID/fd | wc -l grows; ss shows CLOSE-WAIT",
        fix: "`using conn = …` closes on every path.",
      },
      {
        because: "There really are that many clients.",
        tell: "ulimit -n",
        fix: "Serve a limited number at once; raise the limit.",
      },
    ],
    lesson: "06_many_clients",
    heading: "A limit on clients at once",
  },
  {
    id: "not-capable",
    title: "Deno doesn't allow it",
    deno: "`NotCapable`",
    classes: ["NotCapable"],
    codes: ["ERR_ACCESS_DENIED"],
    wording: {
      deno: ["Requires net access to", "run again with the --allow-net"],
    },
    asked: ["requires net access, run again with --allow-net"],
    means: "Deno's own permissions don't allow it",
    todo: "allow it with --allow-net=127.0.0.1",
    causes: [
      {
        because:
          "You ran the program without --allow-net, or for another host.",
        tell: "the message names the flag",
        fix: "Grant just that: deno run --allow-net=127.0.0.1:8000 …",
      },
      {
        because: "Your answer connects to another machine: checks allow " +
          "loopback only.",
        fix: "Use 127.0.0.1.",
      },
    ],
    lesson: "08_failures",
    heading: "What you see, what it means, what to do",
  },
  {
    id: "not-a-socket",
    title: "Socket operation on non-socket",
    deno: "`ConnectionRefused` for a path that isn't a socket",
    codes: ["ENOTSOCK"],
    numbers: { linux: 88, macos: 38, windows: 10038 },
    wording: {
      node: ["Socket operation on non-socket", "connect ENOTSOCK"],
      browser: ["an operation was attempted on something that is not a socket"],
    },
    asked: [
      "socket operation on non-socket",
      "operation attempted on something that is not a socket",
    ],
    means: "the descriptor or the path belongs to something else",
    todo: "check what the number or the path is",
    causes: [
      {
        because: "A closed descriptor's number was reused for a file (C), or " +
          "the socket was never made.",
        tell: "ls -l /proc/PID/fd/N",
        fix: "Check what socket() returned; don't use it after close().",
      },
      {
        because:
          "The Unix path is a plain file. Linux says connection refused.",
        tell: "ls -l PATH doesn't begin with s",
        fix: "Connect to the server's path.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "A path for an address",
    unproven:
      "Deno has no descriptors, and Linux refuses a path that's a file.",
  },
  {
    id: "would-block",
    title: "Resource temporarily unavailable",
    deno: "never: `await` waits for you",
    codes: ["EAGAIN", "EWOULDBLOCK"],
    numbers: { linux: 11, macos: 35, windows: 10035 },
    wording: {
      node: [
        "Resource temporarily unavailable",
        "Operation would block",
        "non-blocking socket operation could not be completed immediately",
      ],
    },
    asked: [
      "resource temporarily unavailable",
      "recv on a non-blocking socket returns -1 EAGAIN",
      "operation would block",
    ],
    means: "a non-blocking call found nothing to do yet",
    todo: "wait until the socket is ready, and call again",
    causes: [
      {
        because:
          "The socket is non-blocking, and no data has arrived, or the " +
          "send buffer is full. It's no failure.",
        tell: "strace -e trace=network",
        fix: "Wait with poll(), select(), or epoll. Deno does it in await.",
      },
    ],
    lesson: "06_many_clients",
    heading: "Start each handler, and keep accepting",
    unproven: "Deno makes this call again itself when the socket is ready.",
  },
];
