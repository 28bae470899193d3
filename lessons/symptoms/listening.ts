import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** Errors of `Deno.listen()` and of Unix paths. */
export const listening: Symptom[] = [
  {
    id: "in-use",
    title: "Address already in use",
    deno: "`AddrInUse`",
    classes: ["AddrInUse"],
    codes: ["EADDRINUSE"],
    numbers: { linux: 98, macos: 48, windows: 10048 },
    wording: {
      deno: ["Address already in use"],
      node: ["listen EADDRINUSE: address already in use"],
      browser: ["only one usage of each socket address"],
    },
    asked: [
      "address already in use",
      "port already in use, find the process that uses the port",
      "bind fails when I restart the server, works after a minute",
      "kill the process that holds the port",
      "server doesn't start a second time: TIME_WAIT, SO_REUSEADDR",
    ],
    means: "another socket is already listening on that port",
    todo: "use another port (0 picks a free one), or close the other program",
    causes: [
      {
        because: "Another program, or an old copy of yours, holds the port.",
        tell: "ss -ltnp 'sport = :8000' (macOS: lsof -nP -i:8000; Windows: " +
          "netstat -ano)",
        fix: "End that program, or listen on port 0.",
      },
      {
        because: "It's a Unix path: a file is in the way.",
        tell: "ls -l PATH",
        fix: "deno task why socket-file-in-the-way",
      },
      {
        because: "Connections of the last run are in TIME_WAIT, and the " +
          "program sets no SO_REUSEADDR. Deno and Node set it on Linux and " +
          "macOS; plain C and Python programs have to.",
        tell: "ss -tan | grep TIME-WAIT",
        fix: "Set SO_REUSEADDR before bind(), or wait a minute.",
      },
    ],
    lesson: "08_failures",
    heading: "What you see, what it means, what to do",
  },
  {
    id: "not-available",
    title: "Cannot assign requested address",
    deno: "`AddrNotAvailable`",
    classes: ["AddrNotAvailable"],
    codes: ["EADDRNOTAVAIL"],
    numbers: { linux: 99, macos: 49, windows: 10049 },
    wording: {
      deno: [
        "Cannot assign requested address",
        "Can't assign requested address",
      ],
      node: ["listen EADDRNOTAVAIL", "connect EADDRNOTAVAIL"],
      browser: ["the requested address is not valid in its context"],
    },
    asked: [
      "cannot assign requested address when binding to a public IP",
      "bind to external address fails",
      "too many outgoing connections, ephemeral ports exhausted",
    ],
    means: "that address doesn't belong to this machine",
    todo: "listen on 127.0.0.1, 0.0.0.0, or an address this machine has",
    causes: [
      {
        because: "You listen on an address of another machine: the router's " +
          "public address, or the host's from inside a container.",
        tell: "ip -brief addr (macOS: ifconfig) doesn't list it",
        fix: "Listen on 0.0.0.0; let the router forward the port.",
      },
      {
        because: "As a client, you have used up all ephemeral ports.",
        tell: "ss -s: tens of thousands in timewait",
        fix: "Reuse connections instead of opening one per request.",
      },
    ],
    lesson: "01_endpoint",
    heading: "One machine, many addresses",
  },
  {
    id: "permission",
    title: "Permission denied",
    deno: "`PermissionDenied`",
    classes: ["PermissionDenied"],
    codes: ["EACCES", "EPERM"],
    numbers: { linux: 13, macos: 13, windows: 10013 },
    wording: {
      deno: ["Permission denied (os error 13)"],
      node: ["listen EACCES: permission denied", "connect EACCES"],
      browser: ["forbidden by its access permissions"],
    },
    asked: [
      "permission denied when listening on port 80",
      "bind to a privileged port below 1024 without root",
      "connect to unix socket permission denied, docker.sock",
    ],
    means: "the system doesn't let your user do that",
    todo: "use a port above 1023; check the socket file's permissions",
    causes: [
      {
        because: "Linux: ports below 1024 need rights that you don't have. " +
          "Windows: the port is in a reserved range.",
        tell: "sysctl net.ipv4.ip_unprivileged_port_start; netsh int ipv4 " +
          "show excludedportrange tcp",
        fix: "Listen on 8080, and forward 80 to it.",
      },
      {
        because: "You may not write to the Unix socket's file, or not enter " +
          "its folder.",
        tell: "ls -l PATH; namei -l PATH",
        fix: "Run as its owner, or join its group.",
      },
      {
        because: "A UDP socket sends to a broadcast address without " +
          "SO_BROADCAST.",
        fix: "Set it: setBroadcast(true) in node:dgram.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "Who can reach it",
  },
  {
    id: "path-too-long",
    title: "Unix path too long",
    deno: "`TypeError`: path must be shorter than SUN_LEN",
    classes: ["TypeError"],
    codes: ["ENAMETOOLONG", "SUN_LEN"],
    numbers: { linux: 36, macos: 63 },
    wording: {
      deno: ["path must be shorter than SUN_LEN"],
      node: ["connect ENAMETOOLONG", "listen EINVAL: invalid argument"],
      browser: ["AF_UNIX path too long", "Unix domain socket path too long"],
    },
    asked: ["unix socket path too long", "maximum length of a socket path"],
    means: "a Unix path has room for 107 bytes (103 on macOS)",
    todo: "use a shorter path",
    causes: [
      {
        because: "The path doesn't fit into the address. Bytes count, not " +
          "characters.",
        tell: "printf %s PATH | wc -c",
        fix: "Put the socket in a short folder such as /tmp, or connect by a " +
          "relative path.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "How long a path can be",
  },
  {
    id: "path-missing",
    title: "No such file or directory (Unix path)",
    deno: "`NotFound`",
    classes: ["NotFound"],
    codes: ["ENOENT"],
    numbers: { linux: 2, macos: 2 },
    wording: {
      deno: ["No such file or directory (os error 2)"],
      node: ["connect ENOENT"],
      browser: ["Can't connect to local MySQL server through socket"],
    },
    asked: [
      "no such file or directory when connecting to a unix socket",
      "cannot connect through socket file, mysqld.sock, docker daemon",
      "is the server running locally and accepting connections on that socket",
    ],
    means: "there's no file at that Unix path",
    todo: "check the path; is the server running?",
    causes: [
      {
        because: "The server isn't running: its file appears when it listens.",
        tell: "ss -lx | grep PATH",
        fix: "Start the server.",
      },
      {
        because: "The path is relative, and you run in another folder.",
        tell: "ls -l PATH in the client's folder",
        fix: "Use the absolute path on both sides.",
      },
      {
        because: "To listen: the folder of the path doesn't exist.",
        fix: "Make the folder first.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "A path for an address",
  },
  {
    id: "socket-file-in-the-way",
    title: "A socket file is in the way",
    deno: "`AddrInUse` for a Unix path",
    shows: "Deno.listen() threw AddrInUse for a path with a file",
    asked: [
      "unix socket file still exists after the server is killed",
      "bind unix domain socket address already in use, stale socket file",
      "unlink the socket file before bind",
      "remove an unused unix socket",
    ],
    means: "a server left a file at that path, or is still using it",
    todo: "connect to it; remove the file only if that's refused",
    causes: [
      {
        because: "The last server was killed and left its file.",
        tell: "nc -U PATH: connection refused",
        fix: "Remove the file, then listen. listenUnix() of lib/net does it.",
      },
      {
        because: "A server is still running at that path.",
        tell: "nc -U PATH connects",
        fix: "End it, or choose another path. Don't remove its file.",
      },
      {
        because: "The file isn't a socket.",
        tell: "ls -l PATH doesn't begin with s",
        fix: "Choose another path; keep the file.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "A stale path",
  },
  {
    id: "file-exists",
    title: "File exists",
    deno: "`AlreadyExists`",
    classes: ["AlreadyExists"],
    codes: ["EEXIST"],
    numbers: { linux: 17, macos: 17 },
    wording: { deno: ["File exists (os error 17)"], node: ["EEXIST: file"] },
    asked: ["file exists when making a folder or a link for the socket"],
    means: "that name is already taken",
    todo: "use a fresh folder: Deno.makeTempDir()",
    causes: [
      {
        because: "The folder for the socket is there from the last run. " +
          "(A socket's own path gives EADDRINUSE instead.)",
        tell: "ls -ld PATH",
        fix: "mkdir with { recursive: true }, or a temporary folder.",
      },
    ],
    lesson: "18_unix_streams",
    heading: "A second server",
  },
];
